import { PressroomError, printableText, unprintableCharacters } from '@pressroom/domain';

/**
 * Refuses text that the fonts cannot show, instead of printing boxes. `field` names the text as the caller knows it:
 * `title`, `author`, `caption of photo 3`.
 *
 * @returns the text as it is set (see `printableText` in domain).
 * @throws `unsupported-script` with `field` and `characters` (at most five) among its facts.
 */
export function checkPrintable(text: string, field: string): string {
  const characters = unprintableCharacters(text).slice(0, 5);
  if (characters.length === 0) return printableText(text);
  const named = characters.map((character) => `“${character.toWellFormed()}” (${codePointName(character)})`);
  throw new PressroomError(
    'unsupported-script',
    `The ${field} has letters that the fonts do not have: ${named.join(', ')}`,
    { facts: { field, characters: characters.map((character) => character.toWellFormed()) } },
  );
}

function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
