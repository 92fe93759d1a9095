import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

export interface StandInResource {
  readonly title: string;
  readonly url: string;
  readonly description: string;
}

export type SearchBehaviour =
  /** As it would without being told anything. */
  | { readonly kind: 'answer' }
  | { readonly kind: 'quota' | 'hang' | 'garble' | 'cut' | 'huge' | 'other-shape' }
  | { readonly kind: 'fail'; readonly status: number; readonly retryAfterSeconds?: number };

export interface SearchRequest {
  readonly search: string;
  readonly words: string;
  readonly apiKey: string | undefined;
}

export interface SearchStandIn extends AsyncDisposable {
  /** To be given as the base of all searches. */
  readonly url: string;
  readonly requests: readonly SearchRequest[];
  /** What a search finds from now on. */
  answer(search: string, find: (words: string) => readonly StandInResource[]): void;
  /** For the next requests to a search, in order. */
  next(search: string, ...behaviours: readonly SearchBehaviour[]): void;
  /** Resolves at the request with that number, from 1. */
  requested(number: number): Promise<void>;
  close(): Promise<void>;
}

/** The searches in their wire formats, on the loopback interface; never part of production. */
export async function startSearchStandIn(
  options: { readonly youtubeKey?: string } = {},
): Promise<SearchStandIn> {
  const requests: SearchRequest[] = [];
  const finders = new Map<string, (words: string) => readonly StandInResource[]>();
  const planned = new Map<string, SearchBehaviour[]>();
  const waiting: { readonly number: number; readonly resolve: () => void }[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const [, search = '', ...rest] = url.pathname.split('/');
    const format = formats[search];
    if (format === undefined || `/${rest.join('/')}` !== format.path) {
      json(response, 404, { message: 'No such search' });
      return;
    }
    const words = url.searchParams.get(format.words) ?? '';
    const key = request.headers['x-goog-api-key'];
    requests.push({ search, words, apiKey: typeof key === 'string' ? key : undefined });
    for (const each of waiting) if (each.number <= requests.length) each.resolve();
    const behaviour = planned.get(search)?.shift();
    if (behaviour !== undefined && behaviour.kind !== 'answer') {
      await misbehave(response, search, behaviour);
      return;
    }
    if (search === 'youtube' && key !== (options.youtubeKey ?? 'youtube-key')) {
      json(response, 400, {
        error: {
          code: 400,
          message: 'API key not valid.',
          errors: [{ reason: 'badRequest' }],
          status: 'INVALID_ARGUMENT',
        },
      });
      return;
    }
    const most = Number(url.searchParams.get(format.most));
    json(response, 200, format.write((finders.get(search)?.(words) ?? []).slice(0, most)));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (search, find) => void finders.set(search, find),
    next: (search, ...behaviours) =>
      void planned.set(search, [...(planned.get(search) ?? []), ...behaviours]),
    requested: (number) =>
      new Promise((resolve) => {
        if (requests.length >= number) resolve();
        else waiting.push({ number, resolve });
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface WireFormat {
  readonly path: string;
  /** Parameters of the query. */
  readonly words: string;
  readonly most: string;
  write(resources: readonly StandInResource[]): object;
}

const wiki: WireFormat = {
  path: '/w/api.php',
  words: 'gsrsearch',
  most: 'gsrlimit',
  write: (resources) => ({
    batchcomplete: true,
    // The order is in `index`; pages themselves come by their ids.
    query: {
      pages: resources
        .map(({ title, url, description }, index) => ({
          pageid: 100 + index,
          ns: 0,
          title,
          index: index + 1,
          fullurl: url,
          extract: description,
        }))
        .reverse(),
    },
  }),
};
const formats: Readonly<Record<string, WireFormat>> = {
  youtube: {
    path: '/youtube/v3/search',
    words: 'q',
    most: 'maxResults',
    write: (resources) => ({
      kind: 'youtube#searchListResponse',
      pageInfo: { totalResults: resources.length, resultsPerPage: resources.length },
      items: resources.map(({ title, url, description }) => ({
        kind: 'youtube#searchResult',
        id: { kind: 'youtube#video', videoId: new URL(url).searchParams.get('v') },
        // YouTube writes titles as HTML.
        snippet: {
          title: title.replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('<', '&lt;'),
          description,
          channelTitle: 'A channel',
        },
      })),
    }),
  },
  wikipedia: wiki,
  wikibooks: wiki,
  mdn: {
    path: '/api/v1/search',
    words: 'q',
    most: 'size',
    write: (resources) => ({
      documents: resources.map(({ title, url, description }) => ({
        mdn_url: URL.canParse(url) ? new URL(url).pathname : url,
        title,
        summary: description,
        locale: 'en-us',
        score: 1,
      })),
      metadata: { took_ms: 1, size: resources.length, page: 1 },
    }),
  },
};

async function misbehave(
  response: ServerResponse,
  search: string,
  behaviour: Exclude<SearchBehaviour, { readonly kind: 'answer' }>,
): Promise<void> {
  switch (behaviour.kind) {
    case 'hang':
      return;
    case 'cut':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.write('{"items":[');
      await turn();
      response.destroy();
      return;
    case 'garble':
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<html>Under maintenance</html>');
      return;
    case 'other-shape':
      json(response, 200, { items: 'none', documents: 'none', query: { pages: 'none' } });
      return;
    case 'huge':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(`{"items":["${'x'.repeat(3_000_000)}"]}`);
      return;
    case 'quota':
      if (search === 'youtube') {
        json(response, 403, {
          error: { code: 403, message: 'Quota', errors: [{ reason: 'quotaExceeded' }] },
        });
      } else if (search === 'mdn') {
        json(response, 429, {}, { 'Retry-After': '3600' });
      } else {
        json(response, 200, { error: { code: 'ratelimited', info: 'You have exceeded your rate limit.' } });
      }
      return;
    case 'fail': {
      const { status, retryAfterSeconds } = behaviour;
      json(
        response,
        status,
        {},
        retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
      );
    }
  }
}

function json(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
