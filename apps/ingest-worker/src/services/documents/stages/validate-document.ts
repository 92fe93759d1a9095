import { PressroomError } from '@pressroom/domain';
import { type DocumentStage, required } from '../document-run.ts';

/** Formats that are read piece by piece; the others have to be in memory as a whole. */
const streamed: ReadonlySet<string> = new Set(['text', 'csv']);

/** Refuses what is declared too large before all of it is read. */
export const validateDocument: DocumentStage = async (run, data) => {
  const { maxWholeBytes, maxPages } = run.settings.limits;
  const { bytes } = required(data, 'source');
  if (!streamed.has(required(data, 'format')) && bytes > maxWholeBytes) {
    throw new PressroomError(
      'document-too-large',
      `A document of this format may have ${maxWholeBytes} bytes at most; this one has ${bytes}`,
      { facts: { bytes, maxBytes: maxWholeBytes } },
    );
  }
  const pages = data.facts?.pages ?? 0;
  if (pages > maxPages) {
    throw new PressroomError(
      'document-too-complex',
      `The document has ${pages} pages; ${maxPages} can be read`,
      { facts: { pages, maxPages } },
    );
  }
  return {};
};
