/** One channel of a picture as floating point, row by row from the top left. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** An upright sRGB picture, three bytes a pixel, row by row from the top left. */
export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function emptyPlane(width: number, height: number): Plane {
  return { width, height, data: new Float32Array(width * height) };
}

/**
 * Gaussian blur with mirrored borders, `sigma` in pixels. From two pixels on, three running means stand for the kernel:
 * they differ from it by under three percent and cost the same at any width.
 */
export function gaussianBlur(source: Plane, sigma: number): Plane {
  if (sigma >= 2) return boxRadii(sigma).reduce((plane, radius) => boxBlur(plane, radius), source);
  const kernel = gaussianKernel(sigma);
  return blurColumns(blurRows(source, kernel), kernel);
}

/** The value below which `fraction` (0..1) of the plane lies, from a sample of at most 65,536 pixels. */
export function quantile(plane: Plane, fraction: number): number {
  const stride = Math.max(1, Math.floor(plane.data.length / 65_536));
  const sample = new Float32Array(Math.ceil(plane.data.length / stride));
  for (let index = 0; index < sample.length; index += 1) sample[index] = plane.data[index * stride];
  sample.sort();
  return sample[Math.min(sample.length - 1, Math.floor(fraction * sample.length))];
}

type Kernel = readonly [number, number, number, number, number];

/** The weight at distance 0 to 4; what lies beyond is under two percent for the widths that come here. */
function gaussianKernel(sigma: number): Kernel {
  const half = [0, 1, 2, 3, 4].map((distance) => Math.exp(-(distance * distance) / (2 * sigma * sigma)));
  const sum = half.reduce((total, weight) => total + 2 * weight, -half[0]);
  const [w0, w1, w2, w3, w4] = half.map((weight) => weight / sum);
  return [w0, w1, w2, w3, w4];
}

// Both blurs are written out tap by tap: an inner loop over nine taps takes three times as long.
function blurRows({ width, height, data }: Plane, [w0, w1, w2, w3, w4]: Kernel): Plane {
  const result = emptyPlane(width, height);
  const row = new Float32Array(width + 8);
  for (let y = 0; y < height; y += 1) {
    const start = y * width;
    for (let x = -4; x < width + 4; x += 1) row[x + 4] = data[start + mirrored(x, width)];
    for (let x = 0; x < width; x += 1) {
      result.data[start + x] =
        w0 * row[x + 4] +
        w1 * (row[x + 3] + row[x + 5]) +
        w2 * (row[x + 2] + row[x + 6]) +
        w3 * (row[x + 1] + row[x + 7]) +
        w4 * (row[x] + row[x + 8]);
    }
  }
  return result;
}

function blurColumns({ width, height, data }: Plane, [w0, w1, w2, w3, w4]: Kernel): Plane {
  const result = emptyPlane(width, height);
  for (let y = 0; y < height; y += 1) {
    const [a, b, c, d, e, f, g, h, i] = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map(
      (distance) => mirrored(y + distance, height) * width,
    );
    const start = y * width;
    for (let x = 0; x < width; x += 1) {
      result.data[start + x] =
        w0 * data[e + x] +
        w1 * (data[d + x] + data[f + x]) +
        w2 * (data[c + x] + data[g + x]) +
        w3 * (data[b + x] + data[h + x]) +
        w4 * (data[a + x] + data[i + x]);
    }
  }
  return result;
}

/** Radii of three boxes whose variances add up to the Gaussian's (Kovesi: Fast almost-Gaussian filtering, 2010). */
function boxRadii(sigma: number): readonly number[] {
  const ideal = Math.sqrt((12 * sigma * sigma) / 3 + 1);
  const small = Math.floor((ideal - 1) / 2) * 2 + 1;
  const smallCount = Math.round((12 * sigma * sigma - 3 * small * small - 12 * small - 9) / (-4 * small - 4));
  return [0, 1, 2].map((index) => (index < smallCount ? (small - 1) / 2 : (small + 1) / 2));
}

function boxBlur({ width, height, data }: Plane, radius: number): Plane {
  const rows = new Float32Array(width * height);
  const share = 1 / (2 * radius + 1);
  const padded = new Float32Array(width + 2 * radius + 1);
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    for (let x = -radius; x < width + radius; x += 1) padded[x + radius] = data[row + mirrored(x, width)];
    let sum = 0;
    for (let index = 0; index < 2 * radius + 1; index += 1) sum += padded[index];
    for (let x = 0; x < width; x += 1) {
      rows[row + x] = share * sum;
      sum += padded[x + 2 * radius + 1] - padded[x];
    }
  }
  const result = emptyPlane(width, height);
  const sums = new Float64Array(width);
  for (let y = -radius; y <= radius; y += 1) {
    const row = mirrored(y, height) * width;
    for (let x = 0; x < width; x += 1) sums[x] += rows[row + x];
  }
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    const leaving = mirrored(y - radius, height) * width;
    const entering = mirrored(y + radius + 1, height) * width;
    for (let x = 0; x < width; x += 1) {
      result.data[row + x] = share * sums[x];
      sums[x] += rows[entering + x] - rows[leaving + x];
    }
  }
  return result;
}

function mirrored(position: number, length: number): number {
  const reflected = position < 0 ? -position - 1 : position >= length ? 2 * length - 1 - position : position;
  return Math.max(0, Math.min(length - 1, reflected));
}
