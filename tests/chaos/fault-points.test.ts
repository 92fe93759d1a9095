/**
 * One test for each fault point: a real process dies exactly there, its successor goes on, and the job comes out once, is charged
 * once, and buys no more pictures than it must (invariants 1 to 6).
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { migrateDatabase } from '@pressroom/database';
import { type FaultPoint, faultPoints, type IngestStage, type Job, silentLog } from '@pressroom/domain';
import { countQueues, openQueueBackend, type QueueBackend } from '@pressroom/queue';
import { createTestDatabase, createTestRedis, eventually, type TestRedis } from '@pressroom/testing';
import { drawPhotos, truncatedPhoto } from '../system/drawn-photos.ts';
import { loseQueue } from './lose-queue.ts';
import { factsOfJob } from './settled-job.ts';
import {
  type AccountOfRun,
  type AppName,
  type SupervisedSystem,
  superviseSystem,
} from './supervised-system.ts';

const backends = ['redis', 'postgres'] as const;
const apiKey = 'stand-in-key-of-the-tests';

interface Case {
  readonly victim: AppName;
  /** True where the queue has a part in it: then it is shown on both backends, else on PostgreSQL alone. */
  readonly queue?: true;
  /** Calls that the model answers; 1 when absent. */
  readonly calls?: number;
  /** Instead of one book of one photo. */
  readonly provoke?: (scene: Scene) => Promise<string>;
  /** When absent: succeeded, 2 credits captured, nothing refunded. */
  readonly outcome?: { readonly status: string; readonly capture: number; readonly refund: number };
}

/**
 * A point without an entry does not compile; no book adds steps, so that point has its test in `packages/process`. The stages of
 * ingestion have theirs in `ingest-stages.test.ts`.
 */
const cases: Readonly<Record<Exclude<FaultPoint, 'step.expanded' | `stage.${IngestStage}`>, Case>> = {
  'upload.stored': { victim: 'api' },
  'store.write': { victim: 'api' },
  'submission.begun': { victim: 'api' },
  'submission.recorded': { victim: 'api' },
  'dispatch.claimed': { victim: 'api' },
  'dispatch.enqueued': { victim: 'api', queue: true },
  'step.claimed': { victim: 'ingest-worker' },
  'ingest.stored': { victim: 'ingest-worker' },
  // The one call that a crash may cost: it struck between the answer and its storing.
  'generate.answered': { victim: 'generate-worker', calls: 2 },
  'generate.stored': { victim: 'generate-worker', calls: 1 },
  'pdf.stored': { victim: 'pdf-worker' },
  'step.succeeded': { victim: 'ingest-worker', queue: true },
  'step.released': {
    victim: 'ingest-worker',
    provoke: async (scene) => {
      await scene.system.arm('ingest.stored', 'fail');
      return await scene.submitBook();
    },
  },
  'step.failed': {
    victim: 'ingest-worker',
    provoke: (scene) => scene.submitBook({ damaged: true }),
    outcome: { status: 'succeeded', capture: 2, refund: 1 },
  },
  'transaction.before-commit': {
    victim: 'ingest-worker',
    provoke: (scene) => scene.submitBook({ damaged: true }),
    outcome: { status: 'succeeded', capture: 2, refund: 1 },
  },
  'step.abandoned': {
    victim: 'ingest-worker',
    queue: true,
    // Its worker dies as often as the queue allows, and once more; and then the one that was told so dies too. The queue has
    // forgotten the step by then, and the reconciler has its flow built anew.
    provoke: async (scene) => {
      // No more often: the flow that is built anew would lose its processes too, and be given up for good.
      await scene.system.arm('step.claimed', 'crash', 2);
      return await scene.submitBook();
    },
  },
  'cancel.settled': {
    victim: 'api',
    queue: true,
    calls: 0,
    provoke: async (scene) => {
      await scene.system.armAlways('ingest.stored', 'crash');
      const jobId = await scene.submitBook();
      await eventually(() => scene.account.client.cancelJob(jobId), { deadlineMs: 20_000 });
      return jobId;
    },
    outcome: { status: 'cancelled', capture: 0, refund: 2 },
  },
  'reconcile.reopened': {
    victim: 'maintenance-worker',
    queue: true,
    provoke: async (scene) => {
      await scene.system.arm('step.claimed', 'crash');
      const jobId = await scene.submitBook();
      await eventually(async () => (await scene.system.struck('step.claimed')).length > 0);
      await loseQueue(scene.servers);
      return jobId;
    },
  },
};

function tellProcesses({ processes }: SupervisedSystem): string {
  return processes
    .map(
      ({ name, process: { pid, running }, starts }) =>
        `${name} ${pid} (${starts} starts, ${running ? 'up' : 'down'})`,
    )
    .join(', ');
}

interface Scene {
  readonly system: SupervisedSystem;
  readonly account: AccountOfRun;
  readonly servers: { readonly databaseUrl: string; readonly redisUrl: string | undefined };
  submitBook(options?: { readonly damaged?: boolean }): Promise<string>;
}

describe.each(backends)('on %s', (backend) => {
  let scene: Scene;
  let gemini: GeminiStandIn;
  let redis: TestRedis | undefined;
  let queues: QueueBackend;

  beforeAll(async () => {
    const database = await createTestDatabase({ template: { name: 'system', prepare: migrateDatabase } });
    redis = backend === 'redis' ? await createTestRedis() : undefined;
    const servers = { databaseUrl: database.url, redisUrl: redis?.url };
    gemini = await startGeminiStandIn({ apiKey, models: ['picture-model'] });
    const system = await superviseSystem({
      replicas: 1,
      settings: () => ({
        DATABASE_URL: database.url,
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
        GEMINI_API_KEY: apiKey,
        GEMINI_BASE_URL: gemini.url,
        GEMINI_PICTURE_MODEL: 'picture-model',
        PRESSROOM_QUEUE_STALLED_INTERVAL_MS: '500',
        PRESSROOM_QUEUE_MAX_STALLS: '1',
      }),
    });
    queues = await openQueueBackend({ ...servers, prefix: '{pressroom}', log: silentLog });
    const account = await system.openAccount('points', 1_000);
    const [photo = ''] = await drawPhotos(1, { width: 320, height: 240 });
    const damaged = await truncatedPhoto();
    let books = 0;
    scene = {
      system,
      account,
      servers,
      submitBook: async (options = {}) => {
        const paths = options.damaged === true ? [photo, damaged] : [photo];
        const photos: { assetId: string }[] = [];
        // A client whose connection broke in the middle sends the file again.
        for (const path of paths)
          photos.push({
            assetId: (await eventually(() => account.client.uploadAsset(path), { deadlineMs: 20_000 })).id,
          });
        books += 1;
        const request = {
          kind: 'picture-book',
          onItemFailure: 'skip',
          // A prompt of its own: no picture of an earlier test will do.
          input: { photos, prompt: `in the manner of book ${books}`, title: 'Broken on purpose' },
        } as const;
        const idempotencyKey = `book-${books}-${backend}`;
        const submit = (): Promise<Job> => account.client.submitJob(request, { idempotencyKey });
        return (await eventually(submit, { deadlineMs: 20_000 })).id;
      },
    };
  }, 120_000);
  afterEach(async () => {
    await scene.system.disarm();
  });
  afterAll(async () => {
    await scene.account.client.close();
    await scene.system.close();
    await queues.close();
    await gemini.close();
    await redis?.drop();
  });

  const points = (Object.keys(cases) as (keyof typeof cases)[]).filter(
    (point) => backend === 'postgres' || cases[point].queue,
  );
  test.each(points)(
    'a process that dies at %s loses nothing and does nothing twice',
    async (point) => {
      const { victim, calls = 1, provoke, outcome } = cases[point];
      const { system, servers, account } = scene;
      await system.ready();
      const starts = system.processes.find(({ app }) => app === victim)?.starts ?? 0;
      const before = gemini.calls.length;
      await system.arm(point, 'crash');
      const jobId = await (provoke ?? ((given: Scene) => given.submitBook()))(scene);
      await eventually(async () => (await system.struck(point)).length === 1, {
        deadlineMs: 30_000,
        what: `a process to come to ${point} (${faultPoints[point]})`,
      });
      const struck = (await system.struck(point)).join();
      await system.disarm();
      const job = await account.client.waitForJob(jobId);
      const expected = outcome ?? { status: 'succeeded', capture: 2, refund: 0 };
      const { error } = job;
      expect({ ...(await factsOfJob(servers.databaseUrl, jobId)), error }).toMatchObject({
        ...expected,
        ...(expected.status === 'succeeded' ? { error: null } : {}),
        hold: expected.capture + expected.refund,
        entries: ['capture', 'hold', 'refund'],
        repeatedEvents: [],
        gapFree: true,
      });
      if (expected.status === 'succeeded') expect(job.output).not.toBeNull();
      expect(gemini.calls.length - before).toBe(calls);
      await eventually(
        async () => (system.processes.find(({ app }) => app === victim)?.starts ?? 0) > starts,
        {
          deadlineMs: 30_000,
          what: `${victim} to be started again, after ${struck} was struck, of ${tellProcesses(system)}`,
        },
      );
      await eventually(
        async () => {
          for (const { queue, waiting, active, delayed, waitingChildren } of await countQueues(queues)) {
            const left = { waiting, active, delayed, waitingChildren };
            expect({ queue, ...left }).toEqual({
              queue,
              waiting: 0,
              active: 0,
              delayed: 0,
              waitingChildren: 0,
            });
          }
        },
        { deadlineMs: 20_000, what: 'the queues to be empty' },
      );
    },
    90_000,
  );
});
