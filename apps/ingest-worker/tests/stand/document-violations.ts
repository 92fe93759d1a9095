import { maxBlockCharacters } from '@pressroom/documents';
import { unseen } from '@pressroom/testing';
import type { DocumentHarness, DocumentRunOutcome } from '../documents/document-harness.ts';

/** What is untrue of an accepted document; empty when everything holds that later steps rely on. */
export async function documentViolations(
  harness: DocumentHarness,
  accountId: string,
  run: DocumentRunOutcome,
  maxTokens: number,
): Promise<readonly string[]> {
  const { output } = run;
  const text = await harness.textOf(run);
  const chunks = await harness.chunksOf(output.digest, accountId);
  const found: string[] = [];
  const claim = (holds: boolean, sentence: string): void => {
    if (!holds) found.push(sentence);
  };
  claim(
    (await harness.documents.find(accountId, output.digest)) !== undefined,
    'The document is not complete',
  );
  claim(text.length > 0, 'The document has no text');
  claim(output.characters === text.length, `It has ${text.length} characters and says ${output.characters}`);
  claim(text.isWellFormed(), 'Its text has lone surrogates');
  claim(!unseen.test(text), 'Its text has characters that nobody sees');
  // Normalisation may write one character as three (Unicode's own bound for NFC).
  const longest = Math.max(...text.split('\n').map(({ length }) => length));
  claim(longest <= 3 * maxBlockCharacters, `It has a line of ${longest} characters`);
  claim(chunks.length === output.chunks, `It has ${chunks.length} chunks and says ${output.chunks}`);
  let covered = 0;
  for (const [position, chunk] of chunks.entries()) {
    claim(chunk.position === position, `Chunk ${position} has the position ${chunk.position}`);
    claim(
      text.slice(chunk.start, chunk.end) === chunk.text,
      `Chunk ${position} is not what stands at its place`,
    );
    claim(chunk.tokens <= maxTokens, `Chunk ${position} has ${chunk.tokens} tokens`);
    claim(text.slice(covered, chunk.start).trim() === '', `Text before chunk ${position} is in no chunk`);
    covered = chunk.end;
    if (found.length > 20) break;
  }
  claim(text.slice(covered).trim() === '', 'The end of the text is in no chunk');
  return found;
}
