import { unprintableCharacters } from '../printable-script.ts';
import type { InputProblem } from './recipe.ts';

/** A problem for each text with letters that the fonts of the pages do not have. */
export function printableProblems(
  texts: readonly { readonly path: InputProblem['path']; readonly text: string }[],
): InputProblem[] {
  return texts.flatMap(({ path, text }): InputProblem[] => {
    const missing = unprintableCharacters(text).slice(0, 10);
    if (missing.length === 0) return [];
    const shown = missing.map((character) => character.toWellFormed()).join(' ');
    return [{ code: 'unsupported-script', path, message: `The fonts of the pages do not have: ${shown}` }];
  });
}
