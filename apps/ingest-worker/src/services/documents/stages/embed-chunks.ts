import type { NewChunk } from '@pressroom/domain';
import { batchesOf } from '../batches-of.ts';
import { type DocumentStage, required } from '../document-run.ts';

/**
 * A vector for each chunk, in batches. A batch that was bought before a crash is found by its content and not bought again.
 * Errors thrown: as by the embedding service.
 */
export const embedChunks: DocumentStage = async (run, data) => {
  const { embeddings } = run;
  if (embeddings === undefined) return {};
  const chunked = required(data, 'chunked');
  const size = Math.min(run.settings.embeddingBatch, embeddings.maxTexts);
  let done = 0;
  async function* vectors(service: typeof embeddings & object): AsyncGenerator<Buffer> {
    for await (const batch of batchesOf(run.work.readLines<NewChunk>(chunked), size)) {
      const answer = await service.embed({
        texts: batch.map(({ text }) => text),
        purpose: 'document',
        signal: run.signal,
        caller: { accountId: run.accountId, jobId: run.jobId, stepId: run.stepId },
      });
      for (const vector of answer.vectors) yield bytesOf(vector);
      done += batch.length;
      await run.reportProgress(done, chunked.chunks);
    }
  }
  const file = await run.work.write('vectors', vectors(embeddings));
  return { embedded: { ...file, embedding: embeddings.model } };
};

function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}
