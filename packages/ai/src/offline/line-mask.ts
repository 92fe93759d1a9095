import { emptyPlane, gaussianBlur, type Plane, quantile } from './plane.ts';

/** One byte a pixel: 1 where there is ink. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Sets responses in relation to their surroundings, so that a shaded face keeps lines and a lawn does not turn black:
 * each is divided by a floor plus the mean response around it (divisive normalisation). `reach` in pixels; the floor
 * is in the units of the response and never below the picture's own grain.
 */
export function relativeResponse(response: Plane, coherence: Plane, reach: number, floor: number): Plane {
  const surroundings = blurCoarsely(response, reach);
  const grain = Math.max(floor, 3.6 * quantile(response, 0.7));
  const result = emptyPlane(response.width, response.height);
  for (let pixel = 0; pixel < result.data.length; pixel += 1) {
    const agreement = Math.min(1, 0.25 + coherence.data[pixel]);
    result.data[pixel] = (agreement * response.data[pixel]) / (grain + 1.6 * surroundings.data[pixel]);
  }
  return result;
}

/** Ink where the response is above `low`, in connected pieces that reach `high` somewhere (hysteresis, Canny 1986). */
export function hysteresisMask(response: Plane, low: number, high: number): Mask {
  const { width, height, data } = response;
  const mask = new Uint8Array(width * height);
  const frontier: number[] = [];
  for (let start = 0; start < data.length; start += 1) {
    if (data[start] < high || mask[start] === 1) continue;
    mask[start] = 1;
    frontier.push(start);
    for (let pixel = frontier.pop(); pixel !== undefined; pixel = frontier.pop()) {
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) {
          if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
          const neighbour = pixel + dy * width + dx;
          if (mask[neighbour] === 1 || data[neighbour] < low) continue;
          mask[neighbour] = 1;
          frontier.push(neighbour);
        }
      }
    }
  }
  return { width, height, data: mask };
}

/**
 * Fills holes of up to `area` pixels: a pinhole in a thick line would come out of thinning as a ring. Holes are
 * connected by straight neighbours only, ink also by diagonals.
 */
export function fillPinholes(mask: Mask, area: number): Mask {
  const { width, height } = mask;
  const data = mask.data.slice();
  const seen = mask.data.slice();
  const hole = new Int32Array(data.length);
  for (let start = 0; start < data.length; start += 1) {
    if (seen[start] === 1) continue;
    let count = 0;
    hole[count++] = start;
    seen[start] = 1;
    for (let next = 0; next < count; next += 1) {
      const pixel = hole[next];
      const x = pixel % width;
      if (x > 0 && seen[pixel - 1] === 0) visit(pixel - 1);
      if (x < width - 1 && seen[pixel + 1] === 0) visit(pixel + 1);
      if (pixel >= width && seen[pixel - width] === 0) visit(pixel - width);
      if (pixel < data.length - width && seen[pixel + width] === 0) visit(pixel + width);
    }
    if (count <= area) for (let index = 0; index < count; index += 1) data[hole[index]] = 1;

    function visit(pixel: number): void {
      seen[pixel] = 1;
      hole[count++] = pixel;
    }
  }
  return { width, height, data };
}

/** A wide blur on a quarter of the resolution: nobody sees the difference in a mean. */
function blurCoarsely(source: Plane, sigma: number): Plane {
  const factor = 4;
  const width = Math.ceil(source.width / factor);
  const height = Math.ceil(source.height / factor);
  const small = emptyPlane(width, height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const endX = Math.min(source.width, (x + 1) * factor);
      const endY = Math.min(source.height, (y + 1) * factor);
      let sum = 0;
      for (let sy = y * factor; sy < endY; sy += 1) {
        for (let sx = x * factor; sx < endX; sx += 1) sum += source.data[sy * source.width + sx];
      }
      small.data[y * width + x] = sum / ((endX - x * factor) * (endY - y * factor));
    }
  }
  const blurred = gaussianBlur(small, sigma / factor);
  const result = emptyPlane(source.width, source.height);
  for (let y = 0; y < source.height; y += 1) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < source.width; x += 1) {
      result.data[y * source.width + x] = blurred.data[row + Math.floor(x / factor)];
    }
  }
  return result;
}
