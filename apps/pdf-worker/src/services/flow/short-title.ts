import { graphemesOf } from '@pressroom/domain';

const mostLetters = 80;

/** The title of a source where it stands beside other things. Cut between letters: half of a character cannot be shown. */
export function shortTitle(title: string): string {
  const letters = graphemesOf(title);
  return letters.length <= mostLetters
    ? title
    : `${letters
        .slice(0, mostLetters - 1)
        .join('')
        .trimEnd()}…`;
}
