import { readFile } from 'node:fs/promises';
import fontkit from '@pdf-lib/fontkit';
import { type FaceName, faceNames, fontFiles } from './font-files.ts';

export type CodePointRange = readonly [first: number, last: number];

/** What every face has, as ranges in ascending order, without what is never set (see `printableText` in domain). */
export async function fontCoverage(): Promise<readonly CodePointRange[]> {
  const sets = await Promise.all(faceNames.map(characterSet));
  const [first = new Set<number>(), ...others] = sets;
  const common = [...first].filter((point) => !isNeverSet(point) && others.every((set) => set.has(point)));
  return toRanges(common.sort((a, b) => a - b));
}

async function characterSet(face: FaceName): Promise<ReadonlySet<number>> {
  return new Set(fontkit.create(await readFile(fontFiles[face].path)).characterSet);
}

/** Controls, formats, the separators that become a plain space, and the two stand-ins for what could not be read. */
function isNeverSet(point: number): boolean {
  const character = String.fromCodePoint(point);
  if (character === ' ' || character === '\u00a0') return false;
  return /\u034f|\p{Variation_Selector}|[\p{Cc}\p{Cf}\p{Z}\ufffc\ufffd]/u.test(character);
}

function toRanges(points: readonly number[]): CodePointRange[] {
  const ranges: [number, number][] = [];
  for (const point of points) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === point - 1) last[1] = point;
    else ranges.push([point, point]);
  }
  return ranges;
}
