import { type Caller, type Log, limitSignal } from '@pressroom/domain';
import { type LearningPlan, type PlanTask, type Resource, tasksOf } from '@pressroom/plans';
import type { SearchQuery } from '@pressroom/searches';
import type { LinkState } from '@pressroom/web';
import { type RankedResource, rankFound } from './rank-found.ts';
import { type SearchedWeb, searchWeb, type WebSearch } from './web-search.ts';

export interface WebCuration {
  readonly searches: readonly WebSearch[];
  /** Tasks that are looked for at once. */
  readonly concurrency: number;
  /** Milliseconds for all tasks together. */
  readonly budgetMs: number;
  /** Throws the signal's reason, and nothing else. */
  readonly verify: (url: string, signal: AbortSignal) => Promise<LinkState>;
}

export interface CuratedFromWeb {
  /** By the ids of tasks, in the order of their rank; the same thing stands with one task only. */
  readonly found: ReadonlyMap<string, readonly Resource[]>;
  readonly searched: number;
  /** Tasks for which there was no time. */
  readonly unsearched: number;
  readonly away: ReadonlySet<string>;
  readonly links: Readonly<Record<LinkState, number>>;
  readonly calls: number;
  readonly saved: number;
}

/** Asked of a search for each resource that is wanted: some are duplicates, some links are dead. */
const askedForEach = 3;
const mostAsked = 15;
const mostWords = 12;

/**
 * Looks on the web for what the tasks can be learned from. Ends when the time is over, with what there is by then: what was asked is kept by
 * the searches' services, so that another run finds it without asking. An abort throws the signal's reason.
 *
 * Tasks are searched in order and several at once, but what each gets is decided in their order: the same answers give the same resources.
 */
export async function curateFromWeb(
  { searches, concurrency, budgetMs, verify }: WebCuration,
  plan: LearningPlan,
  /** How many each task still wants; tasks that are not in it want none. */
  wanted: ReadonlyMap<string, number>,
  { caller, signal, log }: { readonly caller: Caller; readonly signal: AbortSignal; readonly log: Log },
): Promise<CuratedFromWeb> {
  const tasks = tasksOf(plan).filter(({ id }) => (wanted.get(id) ?? 0) > 0);
  const limited = limitSignal(signal, budgetMs);
  const ranked = new Map<string, readonly RankedResource[]>();
  const states = new Map<string, Promise<LinkState>>();
  const away = new Set<string>();
  const links: Record<LinkState, number> = { alive: 0, dead: 0, refused: 0, unreachable: 0 };
  let [calls, saved] = [0, 0];

  /** Each link once, whichever tasks it was found for. */
  const stateOf = ({ key, resource }: RankedResource): Promise<LinkState> => {
    const known = states.get(key) ?? verify(resource.url ?? '', limited.signal);
    states.set(key, known);
    return known;
  };

  /** The same question once, also while it is being asked: the record lets a step have its own claim again. */
  const answers = new Map<string, Promise<SearchedWeb>>();
  const answerTo = (query: SearchQuery, most: number): Promise<SearchedWeb> => {
    const key = `${most} ${query.words}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const asked = searchWeb(searches, query, most, { caller, signal: limited.signal, log }).then((answer) => {
      for (const name of answer.away) away.add(name);
      calls += answer.calls;
      saved += answer.saved;
      return answer;
    });
    answers.set(key, asked);
    return asked;
  };

  const search = async (task: PlanTask): Promise<void> => {
    const most = wanted.get(task.id) ?? 0;
    const query = {
      words: queryOf(task, plan.topic),
      language: plan.language,
      most: Math.min(mostAsked, most * askedForEach),
    };
    const answer = await answerTo(query, most);
    const best = rankFound(task, plan.topic, answer.results, plan.language).slice(0, most * askedForEach);
    await Promise.all(best.map(stateOf));
    ranked.set(task.id, best);
  };

  const rest = [...tasks];
  const searchNext = async (): Promise<void> => {
    for (let task = rest.shift(); task !== undefined; task = rest.shift()) await search(task);
  };
  try {
    const ends = await Promise.allSettled(Array.from({ length: concurrency }, searchNext));
    signal.throwIfAborted();
    for (const end of ends) if (end.status === 'rejected' && !limited.timedOut) throw end.reason;
  } finally {
    limited.release();
  }

  const taken = new Set<string>();
  const found = new Map<string, readonly Resource[]>();
  for (const { id } of tasks) {
    const chosen: Resource[] = [];
    for (const each of ranked.get(id) ?? []) {
      const isFree = !taken.has(each.key) && chosen.length < (wanted.get(id) ?? 0);
      if (!isFree || (await states.get(each.key)) !== 'alive') continue;
      taken.add(each.key);
      chosen.push(each.resource);
    }
    if (chosen.length > 0) found.set(id, chosen);
  }
  for (const state of await Promise.allSettled(states.values())) {
    if (state.status === 'fulfilled') links[state.value] += 1;
  }
  return {
    found,
    searched: ranked.size,
    unsearched: tasks.length - ranked.size,
    away,
    links,
    calls,
    saved,
  };
}

/** The task's words and the topic's, each once: nothing else of the plan leaves the house. */
function queryOf({ title }: PlanTask, topic: string): string {
  const words = `${title} ${topic}`.replaceAll(/[^\p{L}\p{N}\s'+#.-]/gu, ' ').split(/\s+/u);
  const seen = new Set<string>();
  return (
    words
      // What a search would take for an order: to leave a word out, or to have it in any case.
      .map((word) => word.replace(/^[^\p{L}\p{N}]+/u, ''))
      .filter((word) => {
        const isNew = word !== '' && !seen.has(word.toLowerCase());
        seen.add(word.toLowerCase());
        return isNew;
      })
      .slice(0, mostWords)
      .join(' ')
  );
}
