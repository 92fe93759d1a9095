import { type Call, readJson, type Transport } from './transport.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

export interface JsonCalls {
  /** For what may be sent twice. */
  readonly read: <Body>(call: Call) => Promise<Body>;
  /** Every item of a list, page by page as they are asked for. */
  readonly pages: <Item>(
    path: string,
    query: Query,
    signal: AbortSignal | undefined,
  ) => AsyncGenerator<Item, void, void>;
}

export function createJsonCalls(transport: Transport): JsonCalls {
  const read = <Body>(call: Call): Promise<Body> => transport.sendRepeatedly(call, readJson<Body>);

  async function* pages<Item>(
    path: string,
    query: Query,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Item, void, void> {
    let cursor: string | null = null;
    do {
      const parameters = { ...query, ...(cursor === null ? {} : { cursor }) };
      const page: Page<Item> = await read<Page<Item>>({
        method: 'GET',
        path: withQuery(path, parameters),
        signal,
      });
      yield* page.data;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  return { read, pages };
}

export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
