import { chunkDocument, chunkId, locateBlocks } from '@pressroom/documents';
import type { NewChunk } from '@pressroom/domain';
import { type DocumentStage, required } from '../document-run.ts';
import { readNormalised } from '../normalised-document.ts';

/** Cuts the normalised text into passages at the ends of sentences. */
export const chunkText: DocumentStage = async (run, data) => {
  const document = required(data, 'document');
  const digest = required(data, 'digest');
  let chunks = 0;
  let tokens = 0;
  async function* made(): AsyncGenerator<NewChunk> {
    const blocks = locateBlocks(readNormalised(run.store, document, run.signal));
    const options = { ...run.settings.chunk, language: document.language ?? 'en' };
    for await (const chunk of chunkDocument(blocks, options)) {
      chunks += 1;
      tokens += chunk.tokens;
      yield { id: chunkId(digest, chunk), ...chunk };
    }
  }
  const file = await run.work.writeLines('chunks', made());
  return { chunked: { ...file, chunks, tokens } };
};
