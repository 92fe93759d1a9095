import {
  type AssetReference,
  type DocumentRecord,
  type IngestDocumentOutput,
  type NewAsset,
  type NewChunk,
  PressroomError,
} from '@pressroom/domain';
import { batchesOf } from '../batches-of.ts';
import { type DocumentIngestData, type DocumentRun, type DocumentStage, required } from '../document-run.ts';
import { documentMediaType } from '../normalised-document.ts';

/**
 * Writes the chunks, makes sure that all are there, and states the step's result. A document that is there already is only
 * referred to. Errors thrown: `internal` when the record has other chunks than were made.
 */
export const storeDocument: DocumentStage = async (run, data) => {
  if (data.known !== undefined) {
    run.log.info({ digest: data.digest }, 'Document found: the account has it already');
    return { result: resultOf(run, data, data.known, true) };
  }
  const record = recordOf(data);
  await run.documents.begin(run.accountId, record);
  await writeChunks(run, data, record);
  const { complete, found } = await run.documents.complete(run.accountId, record.digest);
  if (!complete) {
    throw new PressroomError('internal', `The document has ${record.chunks} chunks, and ${found} are stored`);
  }
  const { sourceSha256: _, document, ...findings } = record;
  const { storageKey: key, bytes, sha256 } = document;
  return { result: resultOf(run, data, { findings, document: { key, bytes, sha256 } }, false) };
};

async function writeChunks(
  run: DocumentRun,
  data: DocumentIngestData,
  record: DocumentRecord,
): Promise<void> {
  const chunks = run.work.readLines<NewChunk>(required(data, 'chunked'));
  const vectors = data.embedded === undefined ? undefined : vectorsOf(run, data.embedded);
  let written = 0;
  let conflicting = 0;
  for await (const batch of batchesOf(withVectors(chunks, vectors), run.settings.writeBatch)) {
    run.signal.throwIfAborted();
    const outcome = await run.documents.writeChunks(run.accountId, record.digest, batch);
    written += outcome.written;
    conflicting += outcome.conflicting;
  }
  run.log.info({ digest: record.digest, chunks: record.chunks, written, conflicting }, 'Chunks stored');
  if (written + conflicting !== record.chunks) {
    throw new PressroomError(
      'internal',
      `The document has ${record.chunks} chunks; ${written} were written and ${conflicting} were there`,
    );
  }
}

async function* withVectors(
  chunks: AsyncIterable<NewChunk>,
  vectors: AsyncGenerator<Float32Array> | undefined,
): AsyncGenerator<NewChunk> {
  for await (const chunk of chunks) {
    if (vectors === undefined) {
      yield chunk;
      continue;
    }
    const { value, done } = await vectors.next();
    if (done === true) throw new PressroomError('internal', 'There are fewer vectors than chunks');
    yield { ...chunk, vector: value };
  }
}

async function* vectorsOf(
  run: DocumentRun,
  embedded: NonNullable<DocumentIngestData['embedded']>,
): AsyncGenerator<Float32Array> {
  const size = embedded.embedding.dimensions * 4;
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of run.work.read(embedded)) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let from = 0;
    for (; rest.length - from >= size; from += size)
      yield new Float32Array(Uint8Array.from(rest.subarray(from, from + size)).buffer);
    rest = rest.subarray(from);
  }
}

function recordOf(data: DocumentIngestData): DocumentRecord {
  const { chunks, tokens } = required(data, 'chunked');
  const { key: storageKey, bytes, sha256, characters, title, language } = required(data, 'document');
  const pages = data.facts?.pages;
  return {
    digest: required(data, 'digest'),
    sourceSha256: required(data, 'source').sha256,
    format: required(data, 'format'),
    ...(title === undefined ? {} : { title }),
    ...(language === undefined ? {} : { language }),
    ...(pages === undefined ? {} : { pages }),
    characters,
    chunks,
    tokens,
    ...(data.embedded === undefined ? {} : { embedding: data.embedded.embedding }),
    document: { storageKey, bytes, sha256 },
  };
}

function resultOf(
  run: DocumentRun,
  data: DocumentIngestData,
  { findings, document }: NonNullable<DocumentIngestData['known']>,
  reused: boolean,
): NonNullable<DocumentIngestData['result']> {
  const { assetId, url, ...received } = required(data, 'source');
  const source: AssetReference = { assetId: assetId ?? run.ids.next('asset'), ...received };
  const kept: AssetReference = {
    assetId: run.ids.next('asset'),
    storageKey: document.key,
    mediaType: documentMediaType,
    bytes: document.bytes,
    sha256: document.sha256,
  };
  const output: IngestDocumentOutput = {
    ...findings,
    source: url === undefined ? source : { ...source, url },
    document: kept,
    reused,
  };
  const assets: NewAsset[] = [{ role: 'document', ...kept }];
  if (assetId === undefined) assets.push({ role: 'original', ...source });
  return { output, assets };
}
