import { type LabPicture, labChannels } from './lab-picture.ts';
import { emptyPlane, gaussianBlur, type Plane } from './plane.ts';

/** The direction in which edges run at each pixel, from the smoothed colour structure tensor. */
export interface EdgeFlow {
  /** Unit vector along the edge. */
  readonly tangentX: Plane;
  readonly tangentY: Plane;
  /** 0 where gradients point anywhere (grain, foliage), 1 where they agree (a contour). */
  readonly coherence: Plane;
}

/**
 * Edge tangents from the eigenvectors of the colour structure tensor (Di Zenzo 1986; smoothed as in Kyprianidis and
 * Döllner: Image Abstraction by Structure Adaptive Filtering, 2008). `sigma` in pixels.
 */
export function edgeFlow(picture: LabPicture, sigma: number): EdgeFlow {
  const { width, height } = picture.lightness;
  const [xx, xy, yy] = tensor(picture).map((plane) => gaussianBlur(plane, sigma));
  const tangentX = emptyPlane(width, height);
  const tangentY = emptyPlane(width, height);
  const coherence = emptyPlane(width, height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const difference = xx.data[pixel] - yy.data[pixel];
    const root = Math.sqrt(difference * difference + 4 * xy.data[pixel] * xy.data[pixel]);
    const trace = xx.data[pixel] + yy.data[pixel];
    // The eigenvector of the smaller eigenvalue by half-angle formulas: cheaper than an arc tangent and its cosine.
    const cosine = root > 0 ? difference / root : 1;
    const across = Math.sqrt(Math.max(0, (1 + cosine) / 2));
    const along = Math.sqrt(Math.max(0, (1 - cosine) / 2));
    tangentX.data[pixel] = xy.data[pixel] < 0 ? along : -along;
    tangentY.data[pixel] = across;
    coherence.data[pixel] = root / (trace + 1e-3);
  }
  return { tangentX, tangentY, coherence };
}

/**
 * Averages a plane along the flow with Gaussian weights: line integral convolution. It joins what belongs to one
 * contour and washes out what does not. `sigma` in pixels; values below `ignored` become 0, which skips flat areas.
 */
export function smoothAlongFlow(source: Plane, flow: EdgeFlow, sigma: number, ignored: number): Plane {
  const { width, height, data } = source;
  const result = emptyPlane(width, height);
  const steps = Math.ceil(2 * sigma);
  const weights = Float64Array.from({ length: steps + 1 }, (_, step) =>
    Math.exp(-(step * step) / (2 * sigma * sigma)),
  );
  const tangentX = flow.tangentX.data;
  const tangentY = flow.tangentY.data;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const start = y * width + x;
      if (Math.abs(data[start]) < ignored) continue;
      let sum = data[start];
      let total = 1;
      for (let side = -1; side <= 1; side += 2) {
        let px = x;
        let py = y;
        let dx = side * tangentX[start];
        let dy = side * tangentY[start];
        for (let step = 1; step <= steps; step += 1) {
          px += dx;
          py += dy;
          const column = Math.round(px);
          const line = Math.round(py);
          if (column < 0 || line < 0 || column >= width || line >= height) break;
          const pixel = line * width + column;
          sum += weights[step] * data[pixel];
          total += weights[step];
          const nextX = tangentX[pixel];
          const nextY = tangentY[pixel];
          const sign = nextX * dx + nextY * dy < 0 ? -1 : 1;
          dx = sign * nextX;
          dy = sign * nextY;
        }
      }
      result.data[start] = sum / total;
    }
  }
  return result;
}

function tensor(picture: LabPicture): readonly [Plane, Plane, Plane] {
  const { width, height } = picture.lightness;
  const xx = emptyPlane(width, height);
  const xy = emptyPlane(width, height);
  const yy = emptyPlane(width, height);
  for (const { data } of labChannels(picture)) {
    for (let y = 0; y < height; y += 1) {
      const above = (y > 0 ? y - 1 : y) * width;
      const below = (y < height - 1 ? y + 1 : y) * width;
      for (let x = 0; x < width; x += 1) {
        const left = x > 0 ? x - 1 : x;
        const right = x < width - 1 ? x + 1 : x;
        const row = y * width;
        const gx =
          2 * (data[row + right] - data[row + left]) +
          data[above + right] -
          data[above + left] +
          data[below + right] -
          data[below + left];
        const gy =
          2 * (data[below + x] - data[above + x]) +
          data[below + left] -
          data[above + left] +
          data[below + right] -
          data[above + right];
        xx.data[row + x] += gx * gx;
        xy.data[row + x] += gx * gy;
        yy.data[row + x] += gy * gy;
      }
    }
  }
  return [xx, xy, yy];
}
