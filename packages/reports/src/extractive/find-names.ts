import { isCommonWord } from '@pressroom/domain';
import type { EntityKind } from '../report.ts';

const particle = '(?:of|the|for|and|von|van|der|den|de|du|des|del|della|da|di|le|la|&)';
const capitalised = "(?:\\p{Lu}[\\p{L}\\p{M}’'.-]*[\\p{L}\\p{M}])";
/** Before a name it says that one follows, and one word is enough. */
const title = '(?:(?:Dr|Prof|Mr|Mrs|Ms)\\.?\\s+)+';
const acronym = '\\p{Lu}{3,8}';
const before = '(?<![\\p{L}\\p{M}\\p{N}])';
const after = '(?![\\p{L}\\p{M}\\p{N}])';
/** Two or more capitalised words with particles between, or an abbreviation in capitals. */
const names = new RegExp(
  `${before}(?:${title}${capitalised}(?:\\s+${capitalised}){0,3}|${capitalised}(?:\\s+(?:${particle}\\s+){0,2}${capitalised}){1,5}|${acronym})${after}`,
  'gu',
);
/** In a language that capitalises every noun, particles would join nouns into names. */
const adjacentNames = new RegExp(
  `${before}(?:${title}${capitalised}(?:\\s+${capitalised}){0,3}|${capitalised}(?:\\s+(?:(?:von|van)\\s+)?${capitalised}){1,4}|${acronym})${after}`,
  'gu',
);
const organisation =
  /\b(?:GmbH|AG|SE|KG|Inc|Ltd|LLC|plc|Corp|Corporation|Company|Group|University|Universität|Institute|Institut|Ministry|Ministerium|Bank|Agency|Authority|Committee|Commission|Council|Association|Foundation|Court|Department|Université|Universidad|Ministère|Ministerio)\b/u;
const person = /^(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau|Sir|Lady|President|Professor|Minister)\.?\s/u;
const longestName = 60;

/** Where a name that is met but once may be believed: it says itself what it is. */
export function isTellingName({ name, kind }: FoundName): boolean {
  return kind === 'organisation' || /^(?:Dr|Prof|Mr|Mrs|Ms)\.?\s/u.test(name);
}

export interface FoundName {
  readonly name: string;
  readonly kind: EntityKind;
}

/** Names in a sentence, by capital letters alone: a guess that is right more often in languages that do not capitalise nouns. */
export function findNames(sentence: string, language: string): FoundName[] {
  const pattern = /^de(?:-|$)/.test(language) ? adjacentNames : names;
  return [...sentence.matchAll(pattern)].flatMap(([found]) =>
    // A possessive ends a name: what follows is somebody's.
    found.split(/[’']s\s+/u).flatMap((part) => nameOf(part.replace(/[’']s?$/u, ''), language)),
  );
}

function nameOf(found: string, language: string): FoundName[] {
  const words = found.split(/\s+/u);
  const isCommon = (word: string | undefined): boolean =>
    word !== undefined && isCommonWord(word.toLowerCase(), language);
  // Words that begin or end a sentence beside a name.
  while (isCommon(words[0])) words.shift();
  while (isCommon(words.at(-1))) words.pop();
  const name = words.join(' ');
  if (name.length > longestName || words.some((word) => /^\p{Lu}/u.test(word) && isCommon(word))) return [];
  if (words.length < 2 ? !new RegExp(`^${acronym}$`, 'u').test(name) : !words.some((word) => word.length > 2))
    return [];
  const kind: EntityKind = person.test(name) ? 'person' : organisation.test(name) ? 'organisation' : 'other';
  return [{ name, kind }];
}
