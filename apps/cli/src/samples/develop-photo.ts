import sharp from 'sharp';
import { createPaintbox } from './paintbox.ts';
import type { Scene, SceneDrawing } from './scene.ts';
import { seededRandom } from './seeded-random.ts';

/** Upright sRGB pixels, three bytes each, row by row. */
export interface DevelopedPhoto {
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** Draws a scene and gives it what a lens and a film would: depth of field, a fall of light, a vignette, grain. */
export async function developPhoto(scene: Scene, seed: number): Promise<DevelopedPhoto> {
  const { width, height } = scene;
  const paint = createPaintbox();
  const { far, blur, near, light } = scene.draw(paint, seededRandom(seed));
  const definitions = paint.definitions();
  // Half a percent on each side is cropped: outlines that run along the edge of the picture fall outside.
  const crop = `${width * 0.005} ${height * 0.005} ${width * 0.99} ${height * 0.99}`;
  const draw = (content: string, shrink: number) =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width / shrink}" height="${height / shrink}" viewBox="${crop}">${definitions}${content}</svg>`,
    );
  // What is out of focus has no detail to lose: drawn and blurred at half the size it costs a quarter.
  const background = await sharp(draw(far, 2))
    .removeAlpha()
    .blur(blur / 2)
    .raw()
    .toBuffer();
  const data = await sharp(background, { raw: { width: width / 2, height: height / 2, channels: 3 } })
    .resize(width, height, { kernel: 'linear' })
    .composite([{ input: draw(near, 1) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const pixels = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  expose(pixels, scene, light, seed);
  return { pixels, width, height };
}

/** In place, in one pass over the pixels. Distances are in parts of the diagonal. */
function expose(
  pixels: Uint8ClampedArray,
  { width, height }: Scene,
  light: SceneDrawing['light'],
  seed: number,
): void {
  const diagonal = Math.hypot(width, height);
  const square = (length: number) => (length / diagonal) * (length / diagonal);
  const [red = 1, green = 1, blue = 1] = [1, 3, 5].map(
    (start) => Number.parseInt(light.colour.slice(start, start + 2), 16) / 255,
  );
  const grain = filmGrain(seed);
  const fromLightX = Float32Array.from({ length: width }, (_, x) => square(x - light.x * width));
  const fromMiddleX = Float32Array.from({ length: width }, (_, x) => square(x - width / 2));
  let state = (seed ^ 0x9e3779b9) | 1;
  let index = 0;
  for (let y = 0; y < height; y++) {
    const fromLightY = square(y - light.y * height);
    const fromMiddleY = square(y - height / 2);
    for (let x = 0; x < width; x++) {
      const fromMiddle = fromMiddleY + (fromMiddleX[x] ?? 0);
      const exposure = 1.02 - 3.4 * fromMiddle * fromMiddle;
      const nearness = 1 - 1.6 * (fromLightY + (fromLightX[x] ?? 0));
      const glow = nearness > 0 ? 26 * nearness - 10 : -10;
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const speck = grain[state & 0xffff] ?? 0;
      pixels[index] = (pixels[index] ?? 0) * exposure + glow * red + speck;
      pixels[index + 1] = (pixels[index + 1] ?? 0) * exposure + glow * green + speck;
      pixels[index + 2] = (pixels[index + 2] ?? 0) * exposure + glow * blue + speck;
      index += 3;
    }
  }
}

/** 65,536 specks, about normal with a standard deviation of 3 levels: the sum of four even ones. */
function filmGrain(seed: number): Float32Array {
  const random = seededRandom(~seed);
  const deviation = 3;
  return Float32Array.from({ length: 0x10000 }, () => {
    let sum = 0;
    for (let part = 0; part < 4; part++) sum += random.between(-1, 1);
    return (sum * deviation) / Math.sqrt(4 / 3);
  });
}
