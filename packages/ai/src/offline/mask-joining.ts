import type { Mask } from './line-mask.ts';

/**
 * The ink of `mask`, and of `other` what lies farther than `reach` pixels from it, along rows and columns. Where a line
 * of `other` is cut off so, it is led to the nearest ink of `mask`: what it closed stays closed.
 */
export function withFarther(mask: Mask, other: Mask, reach: number): Mask {
  const { width, height } = mask;
  const near = widened(widened(mask.data, 1, width, height, reach), width, height, width, reach);
  const data = mask.data.map((ink, pixel) => ink | (other.data[pixel] & (1 - near[pixel])));
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const pixel = y * width + x;
      if (other.data[pixel] === 1 && near[pixel] === 0 && isCutOff(pixel)) leadToMask(x, y);
    }
  }
  return { width, height, data };

  function isCutOff(pixel: number): boolean {
    for (let dy = -width; dy <= width; dy += width) {
      for (let dx = -1; dx <= 1; dx += 1) {
        if (other.data[pixel + dy + dx] === 1 && near[pixel + dy + dx] === 1) return true;
      }
    }
    return false;
  }

  function leadToMask(x: number, y: number): void {
    let best = Number.POSITIVE_INFINITY;
    let toX = x;
    let toY = y;
    for (let ty = Math.max(0, y - reach - 2); ty <= Math.min(height - 1, y + reach + 2); ty += 1) {
      for (let tx = Math.max(0, x - reach - 2); tx <= Math.min(width - 1, x + reach + 2); tx += 1) {
        const distance = (tx - x) ** 2 + (ty - y) ** 2;
        if (mask.data[ty * width + tx] === 0 || distance >= best) continue;
        best = distance;
        toX = tx;
        toY = ty;
      }
    }
    inkSegment({ width, height, data }, x, y, toX, toY);
  }
}

/** Ink spread by `reach` along lines of `length` pixels that are `step` apart; `lines` of them. */
function widened(data: Uint8Array, step: number, length: number, lines: number, reach: number): Uint8Array {
  const result = new Uint8Array(data.length);
  const lineStep = step === 1 ? length : 1;
  for (let line = 0; line < lines; line += 1) {
    const start = line * lineStep;
    let last = Number.NEGATIVE_INFINITY;
    for (let place = 0; place < length; place += 1) {
      if (data[start + place * step] === 1) last = place;
      if (place - last <= reach) result[start + place * step] = 1;
    }
    last = Number.POSITIVE_INFINITY;
    for (let place = length - 1; place >= 0; place -= 1) {
      if (data[start + place * step] === 1) last = place;
      if (last - place <= reach) result[start + place * step] = 1;
    }
  }
  return result;
}

/** Sets the pixels of the straight line between two pixels, both included. */
export function inkSegment(
  { width, data }: Mask,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): void {
  const steps = Math.max(1, Math.abs(toX - fromX), Math.abs(toY - fromY));
  for (let step = 0; step <= steps; step += 1) {
    const x = Math.round(fromX + ((toX - fromX) * step) / steps);
    const y = Math.round(fromY + ((toY - fromY) * step) / steps);
    data[y * width + x] = 1;
  }
}
