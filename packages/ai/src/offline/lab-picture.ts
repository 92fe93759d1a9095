import { emptyPlane, type Plane, quantile, type RgbPicture } from './plane.ts';

/** A picture in CIE L*a*b* (D65): L* from 0 to 100, a* and b* around 0, about -100 to 100. */
export interface LabPicture {
  readonly lightness: Plane;
  readonly a: Plane;
  readonly b: Plane;
}

export function labChannels(picture: LabPicture): readonly [Plane, Plane, Plane] {
  return [picture.lightness, picture.a, picture.b];
}

/** sRGB (IEC 61966-2-1) to CIE L*a*b* with the D65 white. */
export function toLab({ width, height, data }: RgbPicture): LabPicture {
  const lightness = emptyPlane(width, height);
  const a = emptyPlane(width, height);
  const b = emptyPlane(width, height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const red = linear[data[3 * pixel]];
    const green = linear[data[3 * pixel + 1]];
    const blue = linear[data[3 * pixel + 2]];
    const fx = labCurve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
    const fy = labCurve(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    const fz = labCurve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
    lightness.data[pixel] = 116 * fy - 16;
    a.data[pixel] = 500 * (fx - fy);
    b.data[pixel] = 200 * (fy - fz);
  }
  return { lightness, a, b };
}

/** One L*a*b* colour as sRGB bytes, cut to the gamut. */
export function labToRgb(lightness: number, a: number, b: number): readonly [number, number, number] {
  const fy = (lightness + 16) / 116;
  const x = 0.9505 * inverseLabCurve(fy + a / 500);
  const y = inverseLabCurve(fy);
  const z = 1.089 * inverseLabCurve(fy - b / 200);
  return [
    toByte(3.2406 * x - 1.5372 * y - 0.4986 * z),
    toByte(-0.9689 * x + 1.8758 * y + 0.0415 * z),
    toByte(0.0557 * x - 0.204 * y + 1.057 * z),
  ];
}

/**
 * Spreads lightness over the full range and moves its median towards the middle, both within bounds: a night photo
 * gets lines, a blank sheet does not turn into noise. `maxGain` bounds the stretch.
 */
export function levelledLightness(lightness: Plane, maxGain = 3): Plane {
  const low = quantile(lightness, 0.01);
  const high = quantile(lightness, 0.99);
  const span = Math.max(high - low, 100 / maxGain);
  const start = Math.max(0, (low + high) / 2 - span / 2);
  const median = clamp((quantile(lightness, 0.5) - start) / span, 0.02, 0.98);
  const gamma = clamp(Math.log(0.5) / Math.log(median), 0.5, 1.6);
  const result = emptyPlane(lightness.width, lightness.height);
  const curve = Float32Array.from({ length: 2049 }, (_, step) => 100 * (step / 2048) ** gamma);
  for (let pixel = 0; pixel < result.data.length; pixel += 1) {
    const position = 2048 * clamp((lightness.data[pixel] - start) / span, 0, 1);
    const step = Math.min(2047, Math.floor(position));
    result.data[pixel] = curve[step] + (position - step) * (curve[step + 1] - curve[step]);
  }
  return result;
}

const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** The cube root of L*a*b* by table: half of a photo's conversion time is spent there otherwise. */
function labCurve(value: number): number {
  const position = 4096 * Math.min(1, value);
  const step = Math.min(4095, Math.floor(position));
  return curveTable[step] + (position - step) * (curveTable[step + 1] - curveTable[step]);
}

const curveTable = Float64Array.from({ length: 4097 }, (_, step) => exactLabCurve(step / 4096));

function exactLabCurve(value: number): number {
  return value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 / 116) * value + 16 / 116;
}

function inverseLabCurve(value: number): number {
  return value > 6 / 29 ? value ** 3 : 3 * (6 / 29) ** 2 * (value - 4 / 29);
}

function toByte(value: number): number {
  const bounded = clamp(value, 0, 1);
  const encoded = bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055;
  return Math.round(255 * encoded);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
