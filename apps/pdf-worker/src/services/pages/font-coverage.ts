import { readFile } from 'node:fs/promises';
import fontkit from '@pdf-lib/fontkit';
import type { FontSetName } from '@pressroom/domain';
import { type FontName, faceNames, fontFiles, fontOf } from './font-files.ts';

/** What every font of the set has, ascending, without what is never set (see `printableText` in domain). */
export async function fontCoverage(set: FontSetName): Promise<readonly number[]> {
  const fonts = new Set(faceNames.map((face) => fontOf(face, set)));
  const [first = new Set<number>(), ...others] = await Promise.all([...fonts].map(characterSet));
  return [...first]
    .filter((point) => !isNeverSet(point) && others.every((other) => other.has(point)))
    .sort((a, b) => a - b);
}

async function characterSet(font: FontName): Promise<ReadonlySet<number>> {
  const parsed = fontkit.create(await readFile(fontFiles[font].path));
  // A font may list the end of its table as a character.
  return new Set(parsed.characterSet.filter((point) => parsed.hasGlyphForCodePoint(point)));
}

/** Controls, formats, the separators that become a plain space, private letters, and the two stand-ins for what could not be read. */
function isNeverSet(point: number): boolean {
  const character = String.fromCodePoint(point);
  if (character === ' ' || character === '\u00a0') return false;
  return /\u034f|\p{Variation_Selector}|[\p{Cc}\p{Cf}\p{Co}\p{Z}\ufffc\ufffd]/u.test(character);
}
