import sharp, { type Sharp } from 'sharp';

/** One colour a quarter, no two mirrored or rotated alike. */
export const quarterColours = ['e03020', '20b040', '2050d0', 'f0c030'] as const;

/** A picture of `width` × `height` whose quarters have {@link quarterColours}. */
export async function quarters(width: number, height: number): Promise<Sharp> {
  const half = { width: Math.round(width / 2), height: Math.round(height / 2) };
  const tiles = await Promise.all(
    quarterColours.map((colour) =>
      sharp({ create: { ...half, channels: 3, background: `#${colour}` } })
        .png()
        .toBuffer(),
    ),
  );
  const picture = await sharp({ create: { width, height, channels: 3, background: '#000000' } })
    .composite(
      tiles.map((input, index) => ({
        input,
        left: index % 2 === 0 ? 0 : width - half.width,
        top: index < 2 ? 0 : height - half.height,
      })),
    )
    .png()
    .toBuffer();
  return sharp(picture);
}

/** Stored so that a reader which follows the EXIF orientation sees {@link quarters} upright. */
export async function storedWithOrientation(orientation: number): Promise<Buffer> {
  const upright = await (await quarters(160, 100)).png().toBuffer();
  const undo = (
    [[], ['mirror'], [180], [180, 'mirror'], [90, 'mirror'], [270], [270, 'mirror'], [90]] as const
  )[orientation - 1];
  let turned = upright;
  // One at a time: within one pipeline sharp has an order of its own.
  for (const turn of undo ?? []) {
    const picture = turn === 'mirror' ? sharp(turned).flop() : sharp(turned).rotate(turn);
    turned = await picture.png().toBuffer();
  }
  return sharp(turned)
    .withMetadata({ orientation })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Random, so that it does not compress away and a cut removes picture data. */
export function noise(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  return sharp({
    create: {
      width,
      height,
      channels,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });
}
