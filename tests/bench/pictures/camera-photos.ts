import { join } from 'node:path';
import sharp from 'sharp';
import { drawPhotos } from '../../system/drawn-photos.ts';

/** What a phone takes: 12 megapixels. */
export const cameraSize = { width: 4_000, height: 3_000 } as const;

/** Drawn scenes with the grain of a sensor, so that files weigh and decode like photos: some megabytes each. */
export async function drawCameraPhotos(folder: string, count: number): Promise<readonly string[]> {
  const grain = await sharp({
    create: {
      ...cameraSize,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 14 },
    },
  })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const paths: string[] = [];
  for (const [index, scene] of (await drawPhotos(count, cameraSize)).entries()) {
    const path = join(folder, `camera-${index}.jpg`);
    await sharp(scene)
      .composite([{ input: grain, blend: 'soft-light' }])
      .jpeg({ quality: 92, chromaSubsampling: '4:2:0' })
      .toFile(path);
    paths.push(path);
  }
  return paths;
}
