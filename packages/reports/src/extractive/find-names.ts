import type { EntityKind } from '../report.ts';

const particle = '(?:of|the|for|and|von|van|der|den|de|du|des|del|della|da|di|le|la|für|und|&)';
const capitalised = "(?:\\p{Lu}[\\p{L}\\p{M}\\d'’.-]*[\\p{L}\\p{M}\\d])";
/** Two or more capitalised words with particles between, or an abbreviation in capitals. */
const names = new RegExp(
  `(?<![\\p{L}\\p{M}\\d])(?:${capitalised}(?:\\s+(?:${particle}\\s+){0,2}${capitalised}){1,5}|\\p{Lu}{3,8})(?![\\p{L}\\p{M}\\d])`,
  'gu',
);
const organisation =
  /\b(?:GmbH|AG|SE|KG|Inc|Ltd|LLC|plc|Corp|Corporation|Company|Group|University|Universität|Institute|Institut|Ministry|Ministerium|Bank|Agency|Committee|Commission|Council|Association|Foundation|Court|Department)\b|^\p{Lu}{3,8}$/u;
const person = /^(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau|Sir|Lady|President|Professor|Minister)\.?\s/u;
/** Words that begin a sentence, not a name. */
const opener =
  /^(?:The|This|That|These|Those|In|On|At|By|For|From|As|If|When|While|After|Before|Since|However|Although|But|And|Our|We|It|He|She|They|Der|Die|Das|Ein|Eine|Im|In|Am|Auf|Bei|Mit|Nach|Wir|Es|Le|La|Les|El|Los|Las)\s+/u;

/** Names in a sentence, by capital letters alone: a guess that is right more often in languages that do not capitalise nouns. */
export function findNames(sentence: string): { readonly name: string; readonly kind: EntityKind }[] {
  return [...sentence.matchAll(names)].flatMap(([found]) => {
    const name = found.replace(opener, '').replace(/[’']s$/u, '');
    if (!/\s/u.test(name) && !/^\p{Lu}{3,8}$/u.test(name)) return [];
    const kind: EntityKind = person.test(name)
      ? 'person'
      : organisation.test(name)
        ? 'organisation'
        : 'other';
    return [{ name, kind }];
  });
}
