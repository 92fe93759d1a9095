import type { DocumentBlock } from '@pressroom/documents';
import type { AssetStore, StoredBlob } from '@pressroom/domain';
import { parseLines } from './work-streams.ts';

/** JSON lines: {@link NormalisedHead}, then one block a line. */
export const documentMediaType = 'application/x-ndjson';

export interface NormalisedHead {
  readonly version: 1;
  readonly title?: string;
  readonly language?: string;
  readonly pages?: number;
}

/** The blocks of a normalised document, from the store. */
export async function* readNormalised(
  store: AssetStore,
  { key }: Pick<StoredBlob, 'key'>,
  signal: AbortSignal,
): AsyncGenerator<DocumentBlock> {
  const lines = parseLines<DocumentBlock | NormalisedHead>(
    (await store.get(key, { signal })) as AsyncIterable<Buffer>,
  );
  for await (const line of lines) if ('text' in line) yield line;
}
