import { createHash } from 'node:crypto';
import { v5 } from 'uuid';
import type { DocumentChunk } from './chunk-document.ts';

/** The name space of chunk ids. Changing it makes every stored chunk another one. */
const nameSpace = '6f9b6c1e-0f6c-5f5e-9b0e-2a5c3f7d4e11';

/** UUIDv5 of document hash, position and text hash: ingesting the same document again gives the same ids. */
export function chunkId(documentSha256: string, chunk: Pick<DocumentChunk, 'position' | 'text'>): string {
  const textHash = createHash('sha256').update(chunk.text).digest('hex');
  return v5(`${documentSha256}/${chunk.position}/${textHash}`, nameSpace);
}
