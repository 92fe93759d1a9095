import sharp from 'sharp';

export interface LineArtMeasure {
  readonly width: number;
  readonly height: number;
  /** The share of the page that is inked, 0 to 1; grey counts by its darkness. */
  readonly coverage: number;
  /** Separate pieces of ink too small to be a line (under 0.02 % of the long edge squared), for each megapixel. */
  readonly specklePerMegapixel: number;
  /** Areas of paper enclosed by ink, without those too small to colour (under 0.02 % of the long edge squared). */
  readonly regions: number;
  /** The share of the page in its largest paper area: 1 for a blank page. */
  readonly largestRegion: number;
  /** The share of pixels that are neither nearly black nor nearly white: smooth line edges only, if it is line art. */
  readonly greyShare: number;
  /**
   * The share of the frame beside which a second line runs: nearer than 1.5 % of the long edge, apart from the frame, and for
   * longer than three times that. Lines that cross to the frame do not count. 0 for a page without a frame.
   */
  readonly borderNoise: number;
  /** Mean width of the lines in pixels: ink area by half its outline. */
  readonly lineWidth: number;
}

/** Measures a page of line art, as a judge that does not know how it was made. Takes PNG or JPEG bytes. */
export async function measureLineArt(picture: Uint8Array): Promise<LineArtMeasure> {
  const { data, info } = await sharp(picture)
    .flatten({ background: '#ffffff' })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const pixels = width * height;
  const ink = new Uint8Array(pixels);
  let darkness = 0;
  let grey = 0;
  let outline = 0;
  let inked = 0;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const value = data[pixel * info.channels];
    ink[pixel] = value < 128 ? 1 : 0;
    inked += ink[pixel];
    darkness += (255 - value) / 255;
    if (value > 24 && value < 232) grey += 1;
    if (pixel % width > 0 && ink[pixel] !== ink[pixel - 1]) outline += 1;
    if (pixel >= width && ink[pixel] !== ink[pixel - width]) outline += 1;
  }
  const small = 0.0002 * Math.max(width, height) ** 2;
  const specks = areasOf(ink, 1, width, height).filter((area) => area < small).length;
  const papers = areasOf(ink, 0, width, height);
  return {
    width,
    height,
    coverage: darkness / pixels,
    specklePerMegapixel: specks / (pixels / 1e6),
    regions: papers.filter((area) => area >= small).length,
    largestRegion: papers.reduce((largest, area) => Math.max(largest, area), 0) / pixels,
    greyShare: grey / pixels,
    borderNoise: borderNoise(ink, width, height),
    lineWidth: outline === 0 ? 0 : (2 * inked) / outline,
  };
}

function borderNoise(ink: Uint8Array, width: number, height: number): number {
  const band = Math.round(0.015 * Math.max(width, height));
  const sides = [
    { length: width, depth: height, at: (along: number, inwards: number) => inwards * width + along },
    {
      length: width,
      depth: height,
      at: (along: number, inwards: number) => (height - 1 - inwards) * width + along,
    },
    { length: height, depth: width, at: (along: number, inwards: number) => along * width + inwards },
    {
      length: height,
      depth: width,
      at: (along: number, inwards: number) => along * width + width - 1 - inwards,
    },
  ];
  let framed = 0;
  let noisy = 0;
  for (const { length, depth, at } of sides) {
    let run = 0;
    for (let along = 0; along <= length; along += 1) {
      const isBeside = along < length && hasSecondLine(along);
      if (isBeside) run += 1;
      if (isBeside) continue;
      if (run > 3 * band) noisy += run;
      run = 0;
    }
    framed += length;

    /** From outside: margin, frame, then paper, then ink before the band is over. */
    function hasSecondLine(along: number): boolean {
      let inwards = 0;
      const limit = Math.min(depth, 3 * band);
      while (inwards < limit && ink[at(along, inwards)] === 0) inwards += 1;
      while (inwards < limit && ink[at(along, inwards)] === 1) inwards += 1;
      const end = Math.min(limit, inwards + band);
      for (let place = inwards; place < end; place += 1) if (ink[at(along, place)] === 1) return true;
      return false;
    }
  }
  return noisy / framed;
}

/** The sizes in pixels of all connected areas of `value`; ink connects by diagonals too, paper does not. */
function areasOf(ink: Uint8Array, value: 0 | 1, width: number, height: number): readonly number[] {
  const seen = new Uint8Array(ink.length);
  const stack = new Int32Array(ink.length);
  const areas: number[] = [];
  for (let start = 0; start < ink.length; start += 1) {
    if (seen[start] === 1 || ink[start] !== value) continue;
    let count = 0;
    let depth = 0;
    stack[depth++] = start;
    seen[start] = 1;
    while (depth > 0) {
      const pixel = stack[--depth];
      count += 1;
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) {
          if (value === 0 && dx !== 0 && dy !== 0) continue;
          if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
          const near = pixel + dy * width + dx;
          if (seen[near] === 1 || ink[near] !== value) continue;
          seen[near] = 1;
          stack[depth++] = near;
        }
      }
    }
    areas.push(count);
  }
  return areas;
}
