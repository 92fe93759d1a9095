import { createHash } from 'node:crypto';
import {
  createDocumentStore,
  type Database,
  findAccount,
  insertAccount,
  migrateDatabase,
  openDatabase,
} from '@pressroom/database';
import { defaultDocumentLimits } from '@pressroom/documents';
import {
  type AssetStore,
  type DocumentStore,
  type EmbeddingService,
  type IngestDocumentInput,
  type Log,
  type StageRecord,
  type StageTiming,
  type StepResult,
  type StoredChunk,
  silentLog,
  storageKeys,
  systemClock,
  systemIds,
} from '@pressroom/domain';
import { openLocalStore } from '@pressroom/storage';
import { createTestDatabase, temporaryFolder } from '@pressroom/testing';
import { publicUrlRules } from '@pressroom/web';
import pg from 'pg';
import { createIngestDocumentHandler, type IngestDocumentDependencies } from '../../src/index.ts';

export const accountId = 'acct_a';

export interface DocumentRunOptions {
  readonly accountId?: string;
  readonly jobId?: string;
  readonly signal?: AbortSignal;
  readonly stage?: StageRecord | undefined;
  /** An attempt at the same step as another one. */
  readonly stepId?: string;
  readonly settings?: Partial<IngestDocumentDependencies['settings']>;
  /** Called before a record is kept; throwing is a crash at that point. */
  readonly beforeSave?: (record: StageRecord, timing: StageTiming) => void;
  readonly store?: AssetStore;
  readonly documents?: DocumentStore;
  readonly embeddings?: EmbeddingService | undefined;
  readonly log?: Log;
}

export interface DocumentRunOutcome {
  readonly result: StepResult<'ingest-document'>;
  readonly output: StepResult<'ingest-document'>['output'];
  readonly records: readonly StageRecord[];
  readonly timings: readonly StageTiming[];
  /** The stages that ran, in order. */
  readonly stages: readonly string[];
}

export const settings: IngestDocumentDependencies['settings'] = {
  limits: { ...defaultDocumentLimits, timeoutSeconds: 60 },
  urls: publicUrlRules,
  chunk: { maxTokens: 60, overlapTokens: 10 },
  embeddingBatch: 4,
  writeBatch: 3,
};

export type DocumentHarness = Awaited<ReturnType<typeof documentHarness>>;

export interface HarnessPlaces {
  /** Of the asset store. */
  readonly folder?: string;
  /** Migrated; the accounts may be there. */
  readonly databaseUrl?: string;
}

/** A real folder as asset store, a real database, and a fresh handler for every run: as if each were another machine. */
export async function documentHarness(given: HarnessPlaces = {}) {
  const store = await openLocalStore({ folder: given.folder ?? (await temporaryFolder()).path });
  const url = given.databaseUrl ?? (await migratedTestDatabase());
  const database: Database = openDatabase({
    url,
    poolSize: 4,
    log: silentLog,
    applicationName: 'ingest-tests',
  });
  const direct = new pg.Pool({ connectionString: url, max: 1 });
  for (const id of [accountId, 'acct_b']) {
    if ((await findAccount(database.executor, id)) === undefined)
      await insertAccount(database.executor, { id, name: id });
  }
  const documents = createDocumentStore(database);
  const embedding = countingEmbeddings();
  const uploads = new Map<string, { storageKey: string; bytes: number; sha256: string; mediaType: string }>();

  async function upload(
    bytes: Uint8Array | string,
    mediaType = 'application/octet-stream',
    owner = accountId,
  ): Promise<string> {
    const content = Buffer.from(bytes);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const storageKey = storageKeys.content(owner, sha256);
    await store.put(storageKey, content);
    const assetId = systemIds.next('asset');
    uploads.set(assetId, { storageKey, bytes: content.length, sha256, mediaType });
    return assetId;
  }

  async function run(
    source: string | IngestDocumentInput['source'],
    options: DocumentRunOptions = {},
  ): Promise<DocumentRunOutcome> {
    const records: StageRecord[] = [];
    const timings: StageTiming[] = [];
    const handler = createIngestDocumentHandler({
      store: options.store ?? store,
      documents: options.documents ?? documents,
      embeddings: 'embeddings' in options ? options.embeddings : embedding.service,
      findAsset: (_, id) => Promise.resolve(uploads.get(id)),
      settings: { ...settings, ...options.settings },
      clock: systemClock,
      ids: systemIds,
    });
    const result = await handler({
      accountId: options.accountId ?? accountId,
      jobId: options.jobId ?? 'job_a',
      stepId: options.stepId ?? systemIds.next('step'),
      attempt: 1,
      input: { source: typeof source === 'string' ? { assetId: source } : source, index: 0 },
      children: [],
      signal: options.signal ?? new AbortController().signal,
      log: options.log ?? silentLog,
      reportProgress: () => Promise.resolve(),
      stage: options.stage,
      withMemory: (_, work) => work(),
      saveStage: (record, timing) => {
        options.beforeSave?.(record, timing);
        // What the database keeps is what survives JSON.
        records.push(JSON.parse(JSON.stringify(record)) as StageRecord);
        timings.push(timing);
        return Promise.resolve();
      },
    });
    return { result, output: result.output, records, timings, stages: timings.map(({ stage }) => stage) };
  }

  return {
    store,
    database,
    documents,
    embedding,
    upload,
    run,
    ingest: async (bytes: Uint8Array | string, mediaType?: string, options?: DocumentRunOptions) =>
      run(await upload(bytes, mediaType, options?.accountId), options),
    chunksOf: (digest: string, owner = accountId): Promise<readonly StoredChunk[]> =>
      documents.chunks(owner, digest, { from: 0, limit: 1_000_000 }),
    addAccount: async (id: string): Promise<string> => {
      await insertAccount(database.executor, { id, name: id });
      return id;
    },
    /** A job of the account that nothing was bought for; gives back its id. */
    addJob: async (owner: string): Promise<string> => {
      const id = systemIds.next('job');
      await direct.query(
        `insert into jobs (id, account_id, kind, input, on_item_failure, price) values ($1, $2, 'document-report', '{}', 'skip', 1)`,
        [id, owner],
      );
      return id;
    },
    /** Plain SQL, past all code. */
    sql: async (text: string): Promise<void> => void (await direct.query(text)),
    /** The normalised text, as its chunks count it. */
    textOf: async ({ output }: DocumentRunOutcome): Promise<string> => {
      const bytes = await store.getBytes(output.document.storageKey, { maxBytes: 64_000_000 });
      const [, ...blocks] = bytes.toString().trimEnd().split('\n');
      return blocks.map((line) => (JSON.parse(line) as { text: string }).text).join('\n');
    },
    close: async () => {
      await direct.end();
      await database.close();
    },
  };
}

export async function migratedTestDatabase(): Promise<string> {
  const { url } = await createTestDatabase({ template: { name: 'ingest_worker', prepare: migrateDatabase } });
  return url;
}

/** Vectors that tell their text, and a count of what was asked for. */
function countingEmbeddings() {
  const calls: (readonly string[])[] = [];
  const service: EmbeddingService = {
    model: { provider: 'counting', model: 'counting-1', dimensions: 4 },
    maxTexts: 100,
    embed: ({ texts }) => {
      calls.push(texts);
      return Promise.resolve({
        vectors: texts.map(vectorOf),
        provider: 'counting',
        model: 'counting-1',
        tokens: texts.length,
        saved: false,
      });
    },
  };
  return { calls, service };
}

export function vectorOf(text: string): Float32Array {
  const hash = createHash('sha256').update(text).digest();
  return Float32Array.from(hash.subarray(0, 4), (byte) => byte / 255);
}

export interface Rejection {
  readonly code: string;
  readonly message: string;
}

export async function rejectionOf(promise: Promise<unknown>): Promise<Rejection> {
  try {
    await promise;
  } catch (error) {
    return error as Rejection;
  }
  throw new Error('It was accepted');
}
