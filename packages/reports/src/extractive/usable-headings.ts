import { contentTerms, wordsOf } from '@pressroom/domain';
import type { NumberedPassage } from '../report-tasks.ts';

const longest = { characters: 80, words: 10 };
const leastLetters = 0.6;
const numbering =
  /^(?:(?:Chapter|Section|Part|Appendix|Kapitel|Abschnitt|Teil|Anhang|Chapitre|Partie|Annexe|Capítulo|Sección|Capitolo|Sezione) [\dA-Z][\d.]*[:.]?|§\s?\d+\w?|\d{1,3}(?:\.\d{1,3})*[.)]?|[A-Z](?:\.\d{1,3})+\.?|[A-Z][.)]|[IVXLC]{1,6}\.)\s+(?=\p{L})/u;

/**
 * The nearest heading of each passage, without its number, where it can be the title of a finding: words that also stand in the text
 * below it. Ornaments, letters of a font that says nothing about them, bare years and lines of a text in large type are none.
 */
export function usableHeadings(
  passages: readonly NumberedPassage[],
  language: string,
): (passage: NumberedPassage) => string | undefined {
  const below = new Map<string, Set<string>>();
  for (const { headings, text } of passages) {
    const heading = headings.at(-1);
    if (heading === undefined) continue;
    const terms = below.get(heading) ?? new Set<string>();
    for (const line of text.split('\n')) {
      if (headings.includes(line.trim())) continue;
      for (const term of contentTerms(wordsOf(line, language), language)) terms.add(term);
    }
    below.set(heading, terms);
  }
  const usable = new Map(
    Array.from(below, ([heading, terms]) => [heading, usableTitle(heading, terms, language)]),
  );
  return ({ headings }) => usable.get(headings.at(-1) ?? '');
}

function usableTitle(heading: string, below: ReadonlySet<string>, language: string): string | undefined {
  const title = heading.replaceAll(/\s+/gu, ' ').trim().replace(numbering, '');
  const words = wordsOf(title, language);
  if (title.length > longest.characters || words.length > longest.words) return undefined;
  const letters = title.match(/[\p{L}\p{M}]/gu)?.length ?? 0;
  if (letters < leastLetters * title.replaceAll(/\s/gu, '').length) return undefined;
  // The middle of a sentence that was set in large letters.
  if (/^\p{Ll}/u.test(title) && words.length > 3) return undefined;
  return contentTerms(words, language).some((term) => below.has(term)) ? title : undefined;
}
