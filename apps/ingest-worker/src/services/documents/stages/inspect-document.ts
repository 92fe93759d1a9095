import { open } from 'node:fs/promises';
import { documentSniffBytes, formatOfMediaType, sniffDocument } from '@pressroom/documents';
import { PressroomError } from '@pressroom/domain';
import { documentDigest } from '../document-digest.ts';
import { type DocumentStage, required } from '../document-run.ts';

/**
 * Finds out what the document is, by content, what it says of itself, and whether the account has ingested it before. Errors
 * thrown: `unsupported-type`, and of reading its beginning `document-encrypted` and `document-corrupt`.
 */
export const inspectDocument: DocumentStage = async (run, data) => {
  const source = required(data, 'source');
  const path = await run.local.path(source);
  const format = await sniffDocument(await headOf(path), formatOfMediaType(source.mediaType));
  if (format === undefined) {
    throw new PressroomError(
      'unsupported-type',
      'This is no document that can be read: send PDF, DOCX, HTML, Markdown, text or CSV',
    );
  }
  const digest = documentDigest({
    sourceSha256: source.sha256,
    format,
    chunk: run.settings.chunk,
    embedding: run.embeddings?.model,
  });
  const known = await run.documents.find(run.accountId, digest);
  if (known !== undefined) {
    const { sourceSha256: _, document, ...findings } = known;
    const { storageKey: key, bytes, sha256 } = document;
    return { format, digest, known: { findings, document: { key, bytes, sha256 } } };
  }
  return { format, digest, facts: await run.reading.facts(path, format) };
};

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(documentSniffBytes);
    let filled = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
      filled += bytesRead;
      if (bytesRead === 0 || filled === bytes.length) return bytes.subarray(0, filled);
    }
  } finally {
    await file.close();
  }
}
