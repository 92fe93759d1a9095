import {
  isPressroomError,
  limitSignal,
  type ObjectPort,
  type ObjectTask,
  PressroomError,
} from '@pressroom/domain';
import { plainText } from './plain-text.ts';
import {
  type FoundResource,
  foundResourceSchema,
  foundResourcesSchema,
  type SearchAdapter,
  type SearchQuery,
  type SearchTrouble,
} from './search-adapter.ts';

export interface SearchPortOptions {
  /** Sent as a header, for searches that want one. */
  readonly apiKey?: string | undefined;
  /** Another address for all searches, to which the name of the search is appended. */
  readonly baseUrl?: string | undefined;
  readonly timeoutMs?: number;
  /** How the program names itself, as some searches ask for. */
  readonly userAgent?: string;
}

const maxAnswerBytes = 2_000_000;
const taskName = 'resource-search';

/** A question for a search, in the form in which providers are asked. */
export function searchTask(query: SearchQuery): ObjectTask<{ readonly results: readonly FoundResource[] }> {
  return {
    name: taskName,
    schema: foundResourcesSchema,
    instructions: '',
    prompt: '',
    material: query,
  };
}

/**
 * A search as a provider of objects: so what stands before providers (stored results, a breaker, pauses that are asked for) stands before
 * searches. Errors thrown: `provider-unavailable`, `provider-timeout`, `provider-throttled`, `provider-misconfigured`,
 * `provider-malformed-answer`; an abort throws the signal's own reason.
 */
export function createSearchPort(
  adapter: SearchAdapter,
  { apiKey, baseUrl, timeoutMs = 15_000, userAgent = 'Pressroom' }: SearchPortOptions,
): ObjectPort {
  const { name, version } = adapter;
  return {
    name,
    modelOf: () => version,
    describeObject: ({ task }) => ({ task: task.name, material: task.material }),
    estimateObjectTokens: () => 0,
    generateObject: async ({ task, signal }) => {
      const query = task.material as SearchQuery;
      const results = await search(query, signal);
      // It counts no tokens, and what it costs is quota.
      const usage = { inputTokens: 0, outputTokens: 0 };
      return { text: JSON.stringify({ results }), provider: name, model: version, usage };
    },
  };

  async function search(query: SearchQuery, signal: AbortSignal): Promise<readonly FoundResource[]> {
    const { base, path } = adapter.request(query);
    const address = `${baseUrl === undefined ? base : `${baseUrl}/${name}`}${path}`;
    const limited = limitSignal(signal, timeoutMs);
    try {
      const response = await fetch(address, {
        signal: limited.signal,
        redirect: 'error',
        headers: {
          accept: 'application/json',
          'user-agent': userAgent,
          ...(apiKey === undefined ? {} : { 'x-goog-api-key': apiKey }),
        },
      });
      const text = await readText(response);
      const body = parsed(text);
      if (response.status !== 200) throw refusal(response, adapter.explain?.(response.status, body));
      if (body === undefined) throw malformed('no JSON');
      const { results, trouble } = read(body, query);
      if (trouble !== undefined) throw named(trouble);
      return results.flatMap(usable).slice(0, query.most);
    } catch (error) {
      signal.throwIfAborted();
      if (limited.timedOut) {
        throw new PressroomError(
          'provider-timeout',
          `The search ${name} did not answer within ${timeoutMs} ms`,
          {
            cause: error,
          },
        );
      }
      throw isPressroomError(error)
        ? error
        : new PressroomError('provider-unavailable', `The search ${name} cannot be reached`, {
            cause: error,
          });
    } finally {
      limited.release();
    }
  }

  function read(body: unknown, query: SearchQuery): ReturnType<SearchAdapter['read']> {
    try {
      return adapter.read(body, query);
    } catch (cause) {
      throw malformed('an answer of an unknown shape', cause);
    }
  }

  async function readText(response: Response): Promise<string> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of response.body ?? []) {
      bytes += piece.length;
      if (bytes > maxAnswerBytes) throw malformed(`more than ${maxAnswerBytes} bytes`);
      pieces.push(Buffer.from(piece));
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  function refusal(response: Response, trouble: SearchTrouble | undefined): PressroomError {
    if (trouble !== undefined) return named(trouble);
    if (response.status === 429) {
      const seconds = Number(response.headers.get('retry-after'));
      return named({ kind: 'throttled', waitMs: seconds > 0 ? Math.min(seconds, 86_400) * 1_000 : 60_000 });
    }
    return named({
      kind: response.status >= 500 || response.status === 408 ? 'unavailable' : 'misconfigured',
    });
  }

  function named(trouble: SearchTrouble): PressroomError {
    switch (trouble.kind) {
      case 'throttled':
        return new PressroomError('provider-throttled', `The search ${name} asks to wait`, {
          retryAfterMs: trouble.waitMs,
        });
      case 'misconfigured':
        return new PressroomError(
          'provider-misconfigured',
          `The search ${name} does not accept the request or its key`,
        );
      case 'unavailable':
        return new PressroomError('provider-unavailable', `The search ${name} does not answer properly`);
    }
  }

  function malformed(what: string, cause?: unknown): PressroomError {
    return new PressroomError('provider-malformed-answer', `The search ${name} gave ${what}`, { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As plain text; nothing for what has no title, or no address of the web. */
function usable(found: {
  readonly title: string;
  readonly url: string;
  readonly description: string;
}): FoundResource[] {
  const resource = foundResourceSchema.safeParse({
    title: plainText(found.title, 300),
    url: found.url,
    description: plainText(found.description, 1_000),
  });
  return resource.success ? [resource.data] : [];
}
