import { createHash } from 'node:crypto';
import { type ChunkOptions, documentPipelineVersion } from '@pressroom/documents';
import { canonicalJson, type DocumentFormat, type EmbeddingModel } from '@pressroom/domain';

/** SHA-256, hex, of the bytes and of everything that decides what becomes of them. */
export function documentDigest(decisive: {
  readonly sourceSha256: string;
  readonly format: DocumentFormat;
  readonly chunk: Pick<ChunkOptions, 'maxTokens' | 'overlapTokens'>;
  readonly embedding: EmbeddingModel | undefined;
}): string {
  const { sourceSha256, format, chunk, embedding } = decisive;
  const { maxTokens, overlapTokens } = chunk;
  const whole = {
    version: documentPipelineVersion,
    sourceSha256,
    format,
    chunk: { maxTokens, overlapTokens },
    embedding: embedding ?? null,
  };
  return createHash('sha256').update(canonicalJson(whole)).digest('hex');
}
