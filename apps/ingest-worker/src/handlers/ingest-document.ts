import type {
  AssetStore,
  Clock,
  DocumentStore,
  EmbeddingService,
  IdSource,
  IngestStage,
  StepHandler,
} from '@pressroom/domain';
import { DocumentReading } from '../services/documents/document-reading.ts';
import {
  type DocumentIngestData,
  type DocumentRun,
  type DocumentSettings,
  type DocumentStage,
  required,
} from '../services/documents/document-run.ts';
import { LocalSource } from '../services/documents/local-source.ts';
import { readingMemoryOf } from '../services/documents/reading-memory.ts';
import { chunkText } from '../services/documents/stages/chunk-text.ts';
import { embedChunks } from '../services/documents/stages/embed-chunks.ts';
import { extractText } from '../services/documents/stages/extract-text.ts';
import { fetchSource } from '../services/documents/stages/fetch-source.ts';
import { inspectDocument } from '../services/documents/stages/inspect-document.ts';
import { normaliseDocument } from '../services/documents/stages/normalise-document.ts';
import { storeDocument } from '../services/documents/stages/store-document.ts';
import { validateDocument } from '../services/documents/stages/validate-document.ts';
import { WorkStreams } from '../services/documents/work-streams.ts';
import type { StoredOriginal } from '../services/images/original-bytes.ts';
import { StageWalk } from '../services/stage-walk.ts';

export interface IngestDocumentDependencies {
  readonly store: AssetStore;
  readonly documents: DocumentStore;
  /** Absent: chunks are stored without vectors. */
  readonly embeddings: EmbeddingService | undefined;
  readonly findAsset: (accountId: string, assetId: string) => Promise<StoredOriginal | undefined>;
  readonly settings: DocumentSettings;
  readonly clock: Clock;
  readonly ids: IdSource;
}

const documentStages: Readonly<Record<IngestStage, DocumentStage>> = {
  fetch: fetchSource,
  inspect: inspectDocument,
  validate: validateDocument,
  extract: extractText,
  normalise: normaliseDocument,
  chunk: chunkText,
  embed: embedChunks,
  store: storeDocument,
};

/** Those that need the reading process: memory is asked for before the first of them and given back after the last. */
const readingStages: ReadonlySet<IngestStage> = new Set(['inspect', 'validate', 'extract']);

/** Walks the ingest machine over one document. */
export function createIngestDocumentHandler(
  deps: IngestDocumentDependencies,
): StepHandler<'ingest-document'> {
  return async (context) => {
    const { accountId, jobId, stepId, input, signal, log, reportProgress } = context;
    const run: DocumentRun = {
      ...deps,
      accountId,
      jobId,
      stepId,
      input,
      signal,
      log,
      reportProgress,
      local: new LocalSource(deps.store, signal),
      reading: new DocumentReading(deps.settings.limits, signal),
      work: new WorkStreams(deps.store, stepId, signal),
    };
    const walk = new StageWalk<'ingest-document', DocumentRun, DocumentIngestData>({
      context,
      clock: deps.clock,
      run,
      stages: documentStages,
      routeOf: ({ known }) => (known === undefined ? 'document' : 'known-document'),
      item: { name: 'Document', number: input.index + 1 },
    });
    const reads = (stage: IngestStage | undefined) => stage !== undefined && readingStages.has(stage);
    try {
      const fetched = await walk.walk(walk.begin, (stage) => stage === 'fetch');
      const read = !reads(walk.next(fetched))
        ? fetched
        : await context.withMemory(readingMemoryOf(required(fetched.data, 'source')), () =>
            walk.walk(fetched, reads),
          );
      await run.local.close();
      const stored = await walk.walk(read, () => true);
      await walk.settled();
      signal.throwIfAborted();
      // Only after the last transition is saved: a crash before that still needs them. Left-overs are no reason to fail.
      await run.work
        .deleteAll()
        .catch((cause: unknown) => log.warn({ err: cause }, 'could not delete the work files'));
      const result = required(stored.data, 'result');
      return { ...result, free: result.output.reused };
    } finally {
      await run.reading.close();
      await run.local.close();
      await walk.ended();
    }
  };
}
