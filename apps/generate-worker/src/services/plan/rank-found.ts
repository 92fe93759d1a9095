import { contentTerms, wordsOf } from '@pressroom/domain';
import type { PlanTask, Resource } from '@pressroom/plans';
import { passageSentences, similarity, weighTerms } from '@pressroom/reports';
import { canonicalUrl } from '@pressroom/searches';
import type { SearchedWeb } from './web-search.ts';

export interface RankedResource {
  /** By which the same thing is known under another address. */
  readonly key: string;
  readonly resource: Resource;
}

/** What a search puts first is a little better than its words say: half of the likeness at the first place, none at the last. */
const orderShare = 0.15;

/**
 * What was found for a task, best first: by the likeness of its words with the task's (tf-idf, cosine), and then by the order of the searches.
 * Each thing once. The same finds give the same order.
 */
export function rankFound(
  task: PlanTask,
  topic: string,
  found: SearchedWeb['results'],
  language: string,
): readonly RankedResource[] {
  const termsOf = (text: string): string[] => contentTerms(wordsOf(text, language), language);
  const texts = found.map(({ resource }) => `${resource.title}\n${resource.description}`);
  const vectors = weighTerms([...texts, `${task.title}\n${task.description}\n${topic}`].map(termsOf));
  const wanted = vectors.at(-1) ?? new Map<string, number>();
  const seen = new Set<string>();
  return found
    .map((each, place) => ({
      ...each,
      place,
      score:
        similarity(wanted, vectors[place] ?? new Map<string, number>()) +
        orderShare * (1 - place / Math.max(1, found.length)),
    }))
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .flatMap(({ foundBy, resource }): RankedResource[] => {
      const key = canonicalUrl(resource.url);
      if (key === undefined || seen.has(key)) return [];
      seen.add(key);
      const { title, url, description } = resource;
      return [{ key, resource: { title, url, foundBy, ...explained(description, wanted, language, title) } }];
    });
}

/** The sentence of its own description that is most like the task; where there is none, what one can honestly say. */
function explained(
  description: string,
  wanted: ReadonlyMap<string, number>,
  language: string,
  title: string,
): Pick<Resource, 'explanation' | 'isQuotation'> {
  const sentences = passageSentences([{ number: 0, text: description, headings: [] }], language);
  const best = sentences
    .map((sentence) => ({ sentence, alike: similarity(wanted, sentence.vector) }))
    .sort((a, b) => b.alike - a.alike || a.sentence.position - b.sentence.position)[0]?.sentence.text;
  if (best !== undefined) return { explanation: best.slice(0, 300), isQuotation: true };
  if (description !== '') return { explanation: description.slice(0, 300), isQuotation: true };
  return {
    explanation: `The search gives no more than its title: ${title}`.slice(0, 300),
    isQuotation: false,
  };
}
