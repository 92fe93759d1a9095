import type { Mask } from './line-mask.ts';

/** Wears lines down to one pixel without breaking them (Zhang, Suen: A fast parallel algorithm for thinning digital patterns, 1984). */
export function thin(mask: Mask): Mask {
  const { width, height } = mask;
  const data = mask.data.slice();
  clearBorder(data, width, height);
  let ink = inkPixels(data);
  for (let changed = true; changed; ) {
    changed = false;
    for (const phase of [0, 1] as const) {
      const removed = ink.filter((pixel) => isRemovable(data, width, pixel, phase));
      for (const pixel of removed) data[pixel] = 0;
      if (removed.length > 0) {
        changed = true;
        ink = ink.filter((pixel) => data[pixel] === 1);
      }
    }
  }
  return { width, height, data };
}

function isRemovable(data: Uint8Array, width: number, pixel: number, phase: 0 | 1): boolean {
  const north = data[pixel - width];
  const northEast = data[pixel - width + 1];
  const east = data[pixel + 1];
  const southEast = data[pixel + width + 1];
  const south = data[pixel + width];
  const southWest = data[pixel + width - 1];
  const west = data[pixel - 1];
  const northWest = data[pixel - width - 1];
  const neighbours = north + northEast + east + southEast + south + southWest + west + northWest;
  if (neighbours < 2 || neighbours > 6) return false;
  const crossings =
    (1 - north) * northEast +
    (1 - northEast) * east +
    (1 - east) * southEast +
    (1 - southEast) * south +
    (1 - south) * southWest +
    (1 - southWest) * west +
    (1 - west) * northWest +
    (1 - northWest) * north;
  if (crossings !== 1) return false;
  return phase === 0
    ? north * east * south === 0 && east * south * west === 0
    : north * east * west === 0 && north * south * west === 0;
}

function clearBorder(data: Uint8Array, width: number, height: number): void {
  data.fill(0, 0, width);
  data.fill(0, (height - 1) * width);
  for (let y = 0; y < height; y += 1) {
    data[y * width] = 0;
    data[y * width + width - 1] = 0;
  }
}

function inkPixels(data: Uint8Array): number[] {
  const pixels: number[] = [];
  for (let pixel = 0; pixel < data.length; pixel += 1) if (data[pixel] === 1) pixels.push(pixel);
  return pixels;
}
