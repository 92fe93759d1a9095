import type { LabPicture } from './lab-picture.ts';

export interface LabColour {
  readonly lightness: number;
  readonly a: number;
  readonly b: number;
}

/**
 * The few colours that stand best for a picture: Lloyd's k-means in L*a*b* on a fixed sample, started from the most
 * frequent colours that keep a distance from each other, so that the same picture always gives the same palette.
 */
export function choosePalette(picture: LabPicture, count: number): readonly LabColour[] {
  const sample = samplePixels(picture, 16_000);
  let palette = startColours(sample, count);
  for (let round = 0; round < 10; round += 1) palette = averageColours(sample, palette);
  return palette;
}

/** The index of the closest palette colour, by table: 32 steps in each of the three directions. */
export function nearestColourTable(
  palette: readonly LabColour[],
): (l: number, a: number, b: number) => number {
  const table = new Uint8Array(32 ** 3);
  for (let cell = 0; cell < table.length; cell += 1) {
    const lightness = ((cell >> 10) + 0.5) * (100 / 32);
    const a = (((cell >> 5) & 31) + 0.5) * 6.25 - 100;
    const b = ((cell & 31) + 0.5) * 6.25 - 100;
    table[cell] = nearest(palette, lightness, a, b);
  }
  return (l, a, b) => {
    const x = Math.max(0, Math.min(31, Math.floor(l * 0.32)));
    const y = Math.max(0, Math.min(31, Math.floor((a + 100) * 0.16)));
    const z = Math.max(0, Math.min(31, Math.floor((b + 100) * 0.16)));
    return table[(x << 10) | (y << 5) | z];
  };
}

function samplePixels({ lightness, a, b }: LabPicture, limit: number): readonly LabColour[] {
  const stride = Math.max(1, Math.floor(lightness.data.length / limit));
  return Array.from({ length: Math.floor(lightness.data.length / stride) }, (_, index) => ({
    lightness: lightness.data[index * stride],
    a: a.data[index * stride],
    b: b.data[index * stride],
  }));
}

/** Takes the fullest cell of a coarse histogram, fades the cells near it, and goes on. */
function startColours(sample: readonly LabColour[], count: number): readonly LabColour[] {
  const cells = new Map<string, { readonly colour: LabColour; weight: number }>();
  for (const colour of sample) {
    const key = [colour.lightness, colour.a, colour.b].map((value) => Math.round(value / 8)).join();
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, { colour, weight: 1 });
    else cell.weight += 1;
  }
  const colours: LabColour[] = [];
  while (colours.length < Math.min(count, cells.size)) {
    let best: { readonly colour: LabColour; weight: number } | undefined;
    for (const cell of cells.values()) if (best === undefined || cell.weight > best.weight) best = cell;
    if (best === undefined || best.weight <= 0) break;
    colours.push(best.colour);
    for (const cell of cells.values()) {
      cell.weight *= 1 - Math.exp(-squaredDistance(cell.colour, best.colour) / (2 * 22 * 22));
    }
  }
  return colours;
}

function averageColours(sample: readonly LabColour[], palette: readonly LabColour[]): readonly LabColour[] {
  const sums = palette.map(() => ({ lightness: 0, a: 0, b: 0, count: 0 }));
  for (const colour of sample) {
    const sum = sums[nearest(palette, colour.lightness, colour.a, colour.b)];
    sum.lightness += colour.lightness;
    sum.a += colour.a;
    sum.b += colour.b;
    sum.count += 1;
  }
  return sums.map(({ lightness, a, b, count }, index) =>
    count === 0 ? palette[index] : { lightness: lightness / count, a: a / count, b: b / count },
  );
}

function nearest(palette: readonly LabColour[], lightness: number, a: number, b: number): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let index = 0; index < palette.length; index += 1) {
    const colour = palette[index];
    const dl = colour.lightness - lightness;
    const da = colour.a - a;
    const db = colour.b - b;
    const distance = dl * dl + da * da + db * db;
    if (distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  }
  return best;
}

function squaredDistance(one: LabColour, other: LabColour): number {
  return (one.lightness - other.lightness) ** 2 + (one.a - other.a) ** 2 + (one.b - other.b) ** 2;
}
