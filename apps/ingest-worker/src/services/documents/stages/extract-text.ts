import type { DocumentBlock, DocumentFacts } from '@pressroom/documents';
import { type DocumentStage, required } from '../document-run.ts';

/** Reads the whole document, in a process of its own, into blocks in reading order. */
export const extractText: DocumentStage = async (run, data) => {
  const path = await run.local.path(required(data, 'source'));
  let facts: DocumentFacts = {};
  async function* blocks(): AsyncGenerator<DocumentBlock> {
    for await (const found of run.reading.all(path, required(data, 'format'))) {
      if (found.type === 'block') yield found.block;
      else facts = { ...facts, ...found.facts };
    }
  }
  const extracted = await run.work.writeLines('extracted', blocks());
  return { extracted, facts };
};
