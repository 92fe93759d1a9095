/** What the tests of reports and plans stand on: a real record, a real store, the real services around real adapters, and steps that are run by hand. */
import { createHash, randomUUID } from 'node:crypto';
import {
  createGeminiObjects,
  createObjectService,
  createOfflineObjects,
  offlinePolicy,
  onlinePolicy,
  openEmbeddingService,
} from '@pressroom/ai';
import {
  createDocumentStore,
  createProviderCallStore,
  insertAccount,
  listJobUsage,
  migrateDatabase,
  openDatabase,
} from '@pressroom/database';
import {
  type ChildStep,
  type CuratePlanOutput,
  type EmbeddingService,
  type IngestDocumentOutput,
  type MapReportChunksInput,
  type NewChunk,
  type ObjectService,
  type PlanBase,
  type StepContext,
  silentLog,
  systemClock,
  systemIds,
  type WritePlanInput,
  type WritePlanOutput,
} from '@pressroom/domain';
import { type LearningPlan, planMakers, planSchema } from '@pressroom/plans';
import { extractiveMakers, type Report } from '@pressroom/reports';
import { openLocalStore } from '@pressroom/storage';
import { createTestDatabase, temporaryFolder } from '@pressroom/testing';
import pg from 'pg';
import {
  createCuratePlanHandler,
  createMapReportChunksHandler,
  createReduceReportHandler,
  createWritePlanHandler,
} from '../src/index.ts';

export const apiKey = 'stand-in-key-of-the-tests';
export const models = ['text-model', 'vector-model'];

/** A step as its worker would be given it. */
export function stepContext<
  Name extends 'map-report-chunks' | 'reduce-report' | 'write-plan' | 'curate-plan',
>(
  input: StepContext<Name>['input'],
  children: readonly ChildStep[] = [],
  caller = { accountId: 'acct_1', jobId: 'job_1', stepId: 'step_1' },
): StepContext<Name> {
  return {
    ...caller,
    attempt: 1,
    input,
    children,
    signal: new AbortController().signal,
    log: silentLog,
    reportProgress: async () => {},
    stage: undefined,
    saveStage: async () => {},
    withMemory: (_bytes, work) => work(),
  };
}

export interface CuratedPlan {
  readonly output: CuratePlanOutput;
  readonly free: boolean;
  readonly plan: LearningPlan;
  readonly markdown: string;
  readonly base: PlanBase;
}

export interface ReportServices {
  readonly objects: ObjectService;
  readonly embeddings: EmbeddingService | undefined;
}

export type ReportScene = Awaited<ReturnType<typeof openReportScene>>;

export async function openReportScene() {
  const { path } = await temporaryFolder();
  const store = await openLocalStore({ folder: path });
  const { url } = await createTestDatabase({ template: { name: 'report_scene', prepare: migrateDatabase } });
  const database = openDatabase({ url, poolSize: 4, log: silentLog, applicationName: 'report-tests' });
  const direct = new pg.Pool({ connectionString: url, max: 1 });
  const documents = createDocumentStore(database);
  const shared = {
    calls: createProviderCallStore(database),
    assets: store,
    clock: systemClock,
    log: silentLog,
  };
  const gemini = (baseUrl: string, embeddingDimensions = 128) => ({
    kind: 'gemini' as const,
    apiKey,
    baseUrl,
    objectModel: 'text-model',
    embeddingModel: 'vector-model',
    embeddingDimensions,
    timeout: { baseMs: 20_000, extensionMs: 0, thresholdMs: 19_000 },
    breaker: { failures: 100, recoveryMs: 60_000 },
  });

  /** An account with a job that nothing was bought for, and a document of these passages, embedded if there is a service. */
  async function open(services: ReportServices, texts: readonly string[]) {
    const caller = {
      accountId: systemIds.next('acct'),
      jobId: systemIds.next('job'),
      stepId: systemIds.next('step'),
    };
    const { accountId, jobId } = caller;
    await insertAccount(database.executor, { id: accountId, name: accountId });
    await direct.query(
      `insert into jobs (id, account_id, kind, input, on_item_failure, price) values ($1, $2, 'document-report', '{}', 'skip', 1)`,
      [jobId, accountId],
    );
    const output = await addDocument(services.embeddings, caller, texts);
    const deps = { ...services, documents, store, ids: systemIds };
    const map = createMapReportChunksHandler(deps);
    const reduce = createReduceReportHandler(deps);
    const write = createWritePlanHandler(deps);
    const curate = createCuratePlanHandler(deps);
    const ingested = childOf('ingest-document', output);

    async function runMap(): Promise<ChildStep> {
      const input: MapReportChunksInput = {
        document: 0,
        digest: output.digest,
        language: 'en',
        from: 0,
        count: texts.length,
        most: texts.length,
      };
      const result = await map(stepContext<'map-report-chunks'>(input, [], caller));
      return childOf('map-report-chunks', result.output);
    }

    async function runReduce(mapped: ChildStep, question?: string): Promise<Report> {
      const input = {
        batchesPerDocument: 1,
        documents: ['asset_1'],
        ...(question === undefined ? {} : { question }),
      };
      const result = await reduce(stepContext<'reduce-report'>(input, [ingested, mapped], caller));
      if ('expand' in result) throw new Error('It asked for steps');
      return (await read(result.output.report.storageKey)) as Report;
    }

    /** From the document when there is one, with the rest of the input as given. */
    async function runWritePlan(
      given: Partial<WritePlanInput> = {},
    ): Promise<{ readonly output: WritePlanOutput; readonly plan: LearningPlan }> {
      const documents = given.documents ?? ['asset_a'];
      const input: WritePlanInput = {
        topic: 'The water works',
        skillLevel: 'beginner',
        learningStyle: 'mixed',
        weeklyMinutes: 120,
        start: '2026-03-02',
        language: 'en',
        names: documents.map(() => ''),
        ...given,
        documents,
      };
      // Where only dates are worked out anew, nothing is ingested.
      const isRead = given.regeneration?.isRedrafted ?? true;
      const children = documents.length === 0 || !isRead ? [] : [ingested];
      const result = await write(stepContext<'write-plan'>(input, children, caller));
      if ('expand' in result) throw new Error('It asked for steps');
      return { output: result.output, plan: planSchema.parse(await read(result.output.plan.storageKey)) };
    }

    async function runCurate(written: WritePlanOutput, base?: PlanBase): Promise<CuratedPlan> {
      const input = { resourcesPerTask: 3, ...(base === undefined ? {} : { base }) };
      const result = await curate(
        stepContext<'curate-plan'>(input, [childOf('write-plan', written)], caller),
      );
      if ('expand' in result) throw new Error('It asked for steps');
      const { output, free = false } = result;
      const markdown = await store.getBytes(output.markdown.storageKey, { maxBytes: 10_000_000 });
      return {
        output,
        free,
        plan: planSchema.parse(await read(output.plan.storageKey)),
        markdown: markdown.toString('utf8'),
        /** What a regeneration goes on from. */
        base: { version: 1, plan: output.plan, sources: written.sources },
      };
    }

    return {
      caller,
      runWritePlan,
      runCurate,
      runMap,
      runReduce,
      /** As a job makes it: what was found in the passages, put together. */
      report: async (question?: string): Promise<Report> => runReduce(await runMap(), question),
      usage: async () => (await listJobUsage(database.executor, [jobId])).get(jobId),
      chunkText: async (id: string): Promise<string | undefined> =>
        (await documents.chunksById(accountId, [id]))[0]?.text,
      output,
    };
  }

  async function addDocument(
    embeddings: EmbeddingService | undefined,
    caller: { readonly accountId: string; readonly jobId: string; readonly stepId: string },
    texts: readonly string[],
  ): Promise<IngestDocumentOutput> {
    const signal = new AbortController().signal;
    const answer = await embeddings?.embed({ texts, purpose: 'document', caller, signal });
    const digest = createHash('sha256').update(caller.accountId).digest('hex');
    const document = { assetId: 'a', storageKey: 'k', mediaType: 'text/plain', bytes: 1, sha256: digest };
    const output: IngestDocumentOutput = {
      digest,
      format: 'text',
      title: 'Water works',
      language: 'en',
      characters: texts.join(' ').length,
      chunks: texts.length,
      tokens: 20 * texts.length,
      ...(embeddings === undefined ? {} : { embedding: embeddings.model }),
      source: document,
      document,
      reused: false,
    };
    const { source: _, reused: __, ...findings } = output;
    const chunks = texts.map((text, position): NewChunk => {
      const vector = answer?.vectors[position];
      const start = position * 10_000;
      return {
        id: randomUUID(),
        position,
        page: position + 1,
        lastPage: position + 1,
        start,
        end: start + text.length,
        headings: [],
        text,
        tokens: 20,
        ...(vector === undefined ? {} : { vector }),
      };
    });
    await documents.begin(caller.accountId, { ...findings, sourceSha256: digest });
    await documents.writeChunks(caller.accountId, digest, chunks);
    await documents.complete(caller.accountId, digest);
    return output;
  }

  async function read(storageKey: string): Promise<unknown> {
    return JSON.parse((await store.getBytes(storageKey, { maxBytes: 10_000_000 })).toString('utf8'));
  }

  return {
    documents,
    open,
    read,
    offlineObjects: (): ObjectService =>
      createObjectService({
        main: {
          provider: createOfflineObjects({ makers: { ...extractiveMakers, ...planMakers } }),
          policy: offlinePolicy,
        },
        ...shared,
      }),
    offlineEmbeddings: (): EmbeddingService => openEmbeddingService({ kind: 'offline' }, shared),
    geminiObjects: (baseUrl: string): ObjectService =>
      createObjectService({
        main: { provider: createGeminiObjects(gemini(baseUrl)), policy: onlinePolicy(gemini(baseUrl)) },
        ...shared,
      }),
    geminiEmbeddings: (baseUrl: string, dimensions?: number): EmbeddingService =>
      openEmbeddingService(gemini(baseUrl, dimensions), shared),
    /** Closes all breakers, and ends the pauses that were asked for. */
    forgetProviders: async (): Promise<void> => void (await direct.query('delete from provider_states')),
    close: async () => {
      await direct.end();
      await database.close();
    },
  };
}

function childOf(
  handler: 'ingest-document' | 'map-report-chunks' | 'write-plan',
  output: unknown,
): ChildStep {
  const key = { 'ingest-document': 'ingest-0', 'map-report-chunks': 'map-0-0', 'write-plan': 'plan' }[
    handler
  ];
  return {
    stepId: systemIds.next('step'),
    key,
    handler,
    itemIndex: 0,
    status: 'succeeded',
    output,
  } as ChildStep;
}
