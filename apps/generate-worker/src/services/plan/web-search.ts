import {
  type Caller,
  isPressroomError,
  type Log,
  type ObjectService,
  type PressroomError,
} from '@pressroom/domain';
import { type FoundResource, type SearchQuery, searchTask } from '@pressroom/searches';

/** A search behind what protects providers: results that the account has, a breaker, pauses that the search asked for. */
export interface WebSearch {
  readonly name: string;
  readonly service: ObjectService;
}

export interface SearchedWeb {
  readonly results: readonly { readonly foundBy: string; readonly resource: FoundResource }[];
  /** Searches that could not be asked. */
  readonly away: readonly string[];
  readonly calls: number;
  readonly saved: number;
}

/**
 * Asks the first search, and each next one only while fewer than `enough` were found. One that is away is passed over: a plan without its
 * finds is better than no plan. An abort throws the signal's reason.
 */
export async function searchWeb(
  searches: readonly WebSearch[],
  query: SearchQuery,
  enough: number,
  { caller, signal, log }: { readonly caller: Caller; readonly signal: AbortSignal; readonly log: Log },
): Promise<SearchedWeb> {
  const results: SearchedWeb['results'][number][] = [];
  const away: string[] = [];
  let [calls, saved] = [0, 0];
  for (const { name, service } of searches) {
    if (results.length >= enough) break;
    try {
      const answer = await service.generateObject({ task: searchTask(query), caller, signal });
      calls += answer.calls;
      saved += answer.saved;
      for (const resource of answer.value.results) results.push({ foundBy: name, resource });
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      away.push(name);
      log.warn({ search: name, code: error.code }, 'A search cannot be asked now and is passed over');
    }
  }
  return { results, away, calls, saved };
}

/** What is wrong with the search; what is wrong with our record or store is no reason to go on. */
function isPassing(error: unknown): error is PressroomError {
  return isPressroomError(error) && error.code.startsWith('provider-');
}
