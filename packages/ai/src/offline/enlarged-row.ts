import type { Plane } from './plane.ts';

/** One row of a plane enlarged to `length` values; `y` in 0..1 down the plane. Bilinear, into `row`. */
export function enlargedRow({ width, height, data }: Plane, y: number, row: Float32Array): void {
  const line = Math.max(0, Math.min(height - 1, y * height - 0.5));
  const upper = Math.floor(line);
  const lower = Math.min(height - 1, upper + 1);
  const shareY = line - upper;
  const step = width / row.length;
  for (let x = 0; x < row.length; x += 1) {
    const column = Math.max(0, Math.min(width - 1, (x + 0.5) * step - 0.5));
    const left = Math.floor(column);
    const right = Math.min(width - 1, left + 1);
    const shareX = column - left;
    const top = data[upper * width + left] * (1 - shareX) + data[upper * width + right] * shareX;
    const bottom = data[lower * width + left] * (1 - shareX) + data[lower * width + right] * shareX;
    row[x] = top * (1 - shareY) + bottom * shareY;
  }
}
