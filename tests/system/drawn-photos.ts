import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@pressroom/testing';
import sharp from 'sharp';

/** Pictures with shapes to outline, each a little different, as JPEG files. */
export async function drawPhotos(
  count: number,
  size = { width: 1_200, height: 900 },
): Promise<readonly string[]> {
  const { path: folder } = await temporaryFolder();
  const { width, height } = size;
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const hue = (index * 47) % 360;
      const x = width * (0.25 + 0.5 * ((index * 0.37) % 1));
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
        <rect width="100%" height="100%" fill="hsl(${hue},40%,80%)"/>
        <rect y="${height * 0.65}" width="100%" height="40%" fill="hsl(${(hue + 120) % 360},45%,45%)"/>
        <circle cx="${x}" cy="${height * 0.4}" r="${height * 0.22}" fill="hsl(${(hue + 200) % 360},70%,50%)"/>
        <path d="M ${width * 0.1} ${height * 0.7} L ${width * 0.3} ${height * 0.3} L ${width * 0.5} ${height * 0.7} Z" fill="hsl(${(hue + 60) % 360},50%,35%)"/>
      </svg>`;
      const path = join(folder, `photo-${index}.jpg`);
      await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toFile(path);
      return path;
    }),
  );
}

/** A JPEG whose header is sound and whose picture ends in the middle. */
export async function truncatedPhoto(): Promise<string> {
  const { path: folder } = await temporaryFolder();
  const width = 800;
  const noise = Buffer.from(Array.from({ length: width * 600 * 3 }, (_, index) => (index * 7_919) % 251));
  const whole = await sharp(noise, { raw: { width, height: 600, channels: 3 } })
    .jpeg()
    .toBuffer();
  const path = join(folder, 'truncated.jpg');
  await writeFile(path, whole.subarray(0, Math.floor(whole.length / 3)));
  return path;
}
