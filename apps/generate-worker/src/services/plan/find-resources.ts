import { contentTerms, type StoredChunk, wordsOf } from '@pressroom/domain';
import type { LearningPlan, PlanTask, Resource } from '@pressroom/plans';
import { passageSentences, similarity, type TermVector, weighTerms } from '@pressroom/reports';

export interface PlacedChunk {
  readonly document: number;
  readonly chunk: StoredChunk;
}

/** Cosine of the words; what is less alike has but an everyday word in common. */
const leastSimilarity = 0.08;

/**
 * For each task the parts of the account's own sources that are most like it by their words (tf-idf, cosine), one from a section, each
 * with its sentence that is most like the task and that the task does not cite already. The same plan and the same passages give the same resources.
 */
export function findResources(
  plan: LearningPlan,
  placed: readonly PlacedChunk[],
  most: number,
): ReadonlyMap<string, readonly Resource[]> {
  const { language } = plan;
  const tasks = plan.modules.flatMap((module) => module.tasks);
  const termsOf = (text: string): string[] => contentTerms(wordsOf(text, language), language);
  const vectors = weighTerms([
    ...placed.map(({ chunk }) => termsOf([...chunk.headings, chunk.text].join('\n'))),
    ...tasks.map((task) => termsOf(textOf(task))),
  ]);
  return new Map(
    tasks.map((task, index) => {
      const wanted = vectors[placed.length + index] ?? new Map<string, number>();
      const cited = new Set(task.citations.map(({ chunkId }) => chunkId));
      const ranked = placed
        .map((place, at) => ({
          ...place,
          // What the task itself cites comes first.
          score:
            similarity(wanted, vectors[at] ?? new Map<string, number>()) +
            (cited.has(place.chunk.id) ? 1 : 0),
          at,
        }))
        .filter(({ score }) => score >= leastSimilarity)
        .sort((a, b) => b.score - a.score || a.at - b.at);
      const sections = new Set<string>();
      const chosen = ranked.filter(({ document, chunk }) => {
        const section = JSON.stringify([document, chunk.headings]);
        if (sections.size >= most || sections.has(section)) return false;
        sections.add(section);
        return true;
      });
      const said = new Set(task.citations.map(({ quote }) => quote));
      return [task.id, chosen.flatMap((place) => resourceOf(place, wanted, plan, said) ?? [])];
    }),
  );
}

function textOf({ title, description, citations }: PlanTask): string {
  return [title, description, ...citations.map(({ quote }) => quote)].join('\n');
}

function resourceOf(
  { document, chunk }: PlacedChunk,
  wanted: TermVector,
  { documents, language }: LearningPlan,
  /** Sentences that stand with the task; this one is added. */
  said: Set<string>,
): Resource | undefined {
  const source = documents.find(({ index }) => index === document);
  const passage = { number: 0, text: chunk.text, headings: chunk.headings };
  const best = passageSentences([passage], language)
    .filter(({ text }) => !said.has(text))
    .map((sentence) => ({ sentence, alike: similarity(wanted, sentence.vector) }))
    .sort((a, b) => b.alike - a.alike || a.sentence.position - b.sentence.position)[0]?.sentence;
  if (best === undefined || source === undefined) return undefined;
  said.add(best.text);
  const heading = chunk.headings.at(-1);
  return {
    title: (heading ?? source.title).slice(0, 300),
    foundBy: 'sources',
    document,
    ...(chunk.page === undefined ? {} : { page: chunk.page }),
    chunkId: chunk.id,
    ...(source.url === undefined ? {} : { url: source.url }),
    explanation: best.text.slice(0, 1_000),
    isQuotation: true,
  };
}
