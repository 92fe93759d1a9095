import { contentTerms, wordsOf } from '@pressroom/domain';

/** The entries whose texts have most of a question's words, the rarer words counting more; those that have none are left out. */
export function mostSimilarTexts<Entry extends { readonly text: string }>(
  question: string,
  entries: readonly Entry[],
  language: string,
  limit: number,
): Entry[] {
  const asked = new Set(contentTerms(wordsOf(question, language), language));
  const held = entries.map((entry) => {
    const words = wordsOf(entry.text, language);
    return {
      entry,
      terms: words.map(({ term }) => term).filter((term) => asked.has(term)),
      length: words.length,
    };
  });
  const rarity = (term: string): number =>
    Math.log(1 + entries.length / (1 + held.filter(({ terms }) => terms.includes(term)).length));
  const weights = new Map([...asked].map((term) => [term, rarity(term)]));
  return held
    .map(({ entry, terms, length }, index) => {
      const distinct = [...new Set(terms)].reduce((sum, term) => sum + (weights.get(term) ?? 0), 0);
      return { entry, index, score: distinct + Math.min(0.5, terms.length / (length + 1)) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, limit)
    .map(({ entry }) => entry);
}
