/**
 * A backlog of a million jobs: what a claim, a submission and a look at one's own place take while jobs settle, and what the
 * queue keeps of it in Redis. Each beside the same with a backlog that a claim takes in at a glance.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  changeCredits,
  createDispatchStore,
  createEventHints,
  createStepStore,
  type Database,
  findQueuePlace,
  insertAsset,
  openDatabase,
  submitJob,
} from '@pressroom/database';
import { type Dispatch, pictureBook, silentLog, systemIds } from '@pressroom/domain';
import {
  buildFlow,
  claimBatch,
  createDispatcher,
  openQueueBackend,
  type QueueBackend,
} from '@pressroom/queue';
import { ResourceScope } from '@pressroom/runtime';
import { Redis } from 'ioredis';
import { flowOptions, flowSettings } from '../flows/flow-settings.ts';
import type { BenchContext, Measurement, Scenario } from '../scenario.ts';
import { median, percentile, timed } from '../statistics.ts';
import { fillBacklog } from './fill-backlog.ts';

const smallBacklog = 1_000;
/** Jobs that one account may have in the queue, and all: as in production. */
const { windowFlows, accountWindowFlows } = flowSettings;
const limits = { windowFlows, accountWindowFlows, batch: claimBatch, leaseMs: 30_000 };
/** Jobs that settle at the same time. */
const settlingLanes = 4;

export const backlog: Scenario = {
  name: 'backlog',
  about: 'claims, submissions and Redis memory with a million waiting jobs, against a thousand',
  run: async (context) => {
    const jobs = context.quick ? 20_000 : 1_000_000;
    const small = await measure(smallBacklog, context);
    const large = await measure(jobs, context);
    return report(jobs, small, large);
  },
};

interface Figures {
  readonly fillSeconds: number;
  readonly claims: readonly number[];
  readonly trivial: readonly number[];
  readonly settledPerSecond: number;
  readonly rivals: readonly number[];
  readonly submissions: readonly number[];
  readonly places: readonly number[];
  readonly states: readonly number[];
  readonly redisBytes: number;
}

async function measure(jobs: number, { servers, quick, tell }: BenchContext): Promise<Figures> {
  const scope = new ResourceScope(`backlog of ${jobs}`);
  try {
    const databaseUrl = await servers.database();
    const fillMs = await timed(() =>
      fillBacklog(databaseUrl, { accounts: Math.min(1_000, jobs / 10), jobs }),
    );
    tell(`${jobs} jobs wait, put there in ${(fillMs / 1_000).toFixed(0)} s`);
    const open = (name: string) =>
      scope.use(
        name,
        () => openDatabase({ url: databaseUrl, poolSize: 10, log: silentLog, applicationName: name }),
        (opened) => opened.close(),
      );
    const database = await open('bench');
    const redisBytes = await redisOfFullWindow(database, databaseUrl, await servers.redis());
    // The window is full of jobs that no worker knows: from here on the record is driven by hand.
    const inQueue = await windowOf(database);
    const settles = quick ? 200 : Math.min(2_000, jobs / 2);
    await serve(database, [database], inQueue, settles / 10);
    const served = await serve(database, [database], inQueue, settles);
    const rivals = await serve(
      database,
      [database, await open('rival-1'), await open('rival-2')],
      inQueue,
      settles / 2,
    );
    const newcomer = await openNewcomer(database);
    const submissions = await times(quick ? 50 : 300, () => submit(database, newcomer));
    const waiting = await submit(database, newcomer);
    const places = await times(quick ? 20 : 100, () => findQueuePlace(database.executor, waiting, 1_000));
    const store = createDispatchStore(database, createEventHints(database, silentLog));
    const states = await times(quick ? 5 : 20, () => store.state());
    tell(
      `claims p99 ${percentile(served.claims, 0.99).toFixed(1)} ms at ${served.perSecond.toFixed(0)} settled/s, submissions p50 ${median(submissions).toFixed(1)} ms, Redis ${(redisBytes / 1e6).toFixed(2)} MB`,
    );
    return {
      fillSeconds: fillMs / 1_000,
      claims: served.claims,
      trivial: served.trivial,
      settledPerSecond: served.perSecond,
      rivals: rivals.claims,
      submissions,
      places,
      states,
      redisBytes,
    };
  } finally {
    await scope.close();
  }
}

/** Bytes that Redis keeps of a window that the dispatcher has filled. */
async function redisOfFullWindow(database: Database, databaseUrl: string, redisUrl: string): Promise<number> {
  const redis = new Redis(redisUrl);
  const queues = await openQueueBackend({ redisUrl, databaseUrl, prefix: '{pressroom}', log: silentLog });
  try {
    await warmUp(queues);
    await redis.flushdb();
    const dispatcher = createDispatcher({
      store: createDispatchStore(database, createEventHints(database, silentLog)),
      flows: queues.flows,
      checkQueue: () => queues.check(),
      limits,
      flowOptions: flowOptions('redis'),
      sweepIntervalMs: 100,
      log: silentLog,
    });
    await dispatcher.start();
    while ((await confirmed(database)) < windowFlows) await pause(50);
    await dispatcher.stop();
    return await memoryOfKeys(redis);
  } finally {
    await queues.close();
    await redis.flushdb();
    redis.disconnect();
  }
}

/** What Redis keeps for every client that ever adds a flow, its scripts above all, is not the window's. */
async function warmUp(queues: QueueBackend): Promise<void> {
  const steps = [
    { stepId: 'step_root', parentId: undefined, key: 'book', handler: 'render-picture-book', worker: 'pdf' },
  ] as const;
  const flow = buildFlow(
    { jobId: 'job_warm_up', generation: 1, priority: 0, queuePlace: 0, steps } as unknown as Dispatch,
    flowOptions('redis'),
  );
  if (flow !== undefined) await queues.flows.add(flow);
}

/** Of all keys; `used_memory` has the buffers of connections in it too, which are larger than a window. */
async function memoryOfKeys(redis: Redis): Promise<number> {
  let bytes = 0;
  for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
    for (const key of keys) bytes += (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  }
  return bytes;
}

async function confirmed(database: Database): Promise<number> {
  const result = await database.executor.execute<{ flows: number }>(
    `select count(*)::integer as flows from jobs where admitted_key is not null and settled_at is null and enqueued_at is not null`,
  );
  return result.rows[0]?.flows ?? 0;
}

type Flow = Pick<Dispatch, 'jobId' | 'generation'> & { readonly stepId: string };

async function windowOf(database: Database): Promise<Flow[]> {
  const result = await database.executor.execute<Flow & Record<string, unknown>>(
    `select job.id as "jobId", job.generation, step.id as "stepId" from jobs job join steps step on step.job_id = job.id
     where job.admitted_key is not null and job.settled_at is null`,
  );
  return result.rows;
}

/**
 * Settles so many jobs, several at a time, while each of the dispatchers claims whenever there may be room; the milliseconds of
 * the claims that admitted something.
 */
async function serve(
  database: Database,
  dispatchers: readonly Database[],
  inQueue: Flow[],
  jobs: number,
): Promise<{ claims: readonly number[]; trivial: readonly number[]; perSecond: number }> {
  // Nobody listens: the dispatchers are told by hand.
  const hints = { publish: () => {}, publishSettled: () => {}, flush: () => Promise.resolve() };
  const steps = createStepStore(database, hints);
  const claims: number[] = [];
  const trivial: number[] = [];
  let settled = 0;
  let begun = 0;
  const settle = async (): Promise<void> => {
    while (begun < jobs) {
      const flow = inQueue.shift();
      if (flow === undefined) {
        await pause(1);
        continue;
      }
      begun += 1;
      const claim = await steps.claim(flow, 'bench');
      if (claim.kind !== 'claimed') throw new Error(`A step was not claimed: ${claim.kind}`);
      await steps.succeed(claim.step, { output: {}, assets: [] });
      settled += 1;
    }
  };
  const dispatch = async (own: Database): Promise<void> => {
    const store = createDispatchStore(own, hints);
    let seen = -1;
    while (settled < jobs) {
      if (settled === seen) {
        await pause(1);
        continue;
      }
      seen = settled;
      const before = performance.now();
      const taken = await store.claim(limits);
      const ms = performance.now() - before;
      if (taken.length > 0) {
        claims.push(ms);
        trivial.push(await timed(() => own.executor.execute(trivialWrite)));
      }
      await Promise.all(taken.map(({ jobId, generation }) => store.confirm(jobId, generation)));
      for (const {
        jobId,
        generation,
        steps: [step],
      } of taken) {
        inQueue.push({ jobId, generation, stepId: step?.stepId ?? '' });
      }
    }
  };
  const start = performance.now();
  await Promise.all([
    ...Array.from({ length: settlingLanes }, settle),
    ...dispatchers.map((own) => dispatch(own)),
  ]);
  return { claims, trivial, perSecond: (jobs * 1_000) / (performance.now() - start) };
}

/** One row by its key, and a commit: what the least that could be written takes on this machine at this moment. */
const trivialWrite = `update priority_lanes set queue_base = queue_base where priority = 0`;

interface Newcomer {
  readonly accountId: string;
  readonly assetId: string;
}

async function openNewcomer(database: Database): Promise<Newcomer> {
  const accountId = 'acct_000000';
  const assetId = systemIds.next('asset');
  await changeCredits(database.executor, { accountId, kind: 'grant', amount: 10_000, reason: 'bench' });
  await insertAsset(database.executor, {
    id: assetId,
    accountId,
    role: 'original',
    storageKey: 'accounts/none',
    mediaType: 'image/png',
    bytes: 1,
    sha256: '0'.repeat(64),
  });
  return { accountId, assetId };
}

async function submit(database: Database, { accountId, assetId }: Newcomer): Promise<string> {
  const input = pictureBook.inputSchema.parse({ photos: [{ assetId }], style: 'poster', title: 'A book' });
  const { jobId } = await submitJob(database, systemIds, {
    accountId,
    kind: 'picture-book',
    input,
    plan: pictureBook.plan(input),
    assets: pictureBook.assets(input),
    onItemFailure: 'fail',
    priority: 0,
    metadata: {},
  });
  return jobId;
}

async function times(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push(await timed(work));
  return all;
}

function report(jobs: number, small: Figures, large: Figures): Measurement[] {
  const waiting = `${jobs.toLocaleString('en')} waiting`;
  const pair = (pick: (figures: Figures) => readonly number[], share: number) => ({
    unit: 'ms',
    ours: percentile(pick(large), share),
    limit: percentile(pick(small), share),
  });
  const under = { comparison: 'value', atMost: 10 } as const;
  const claims = ({ claims: all }: Figures) => all;
  return [
    { name: `claim, ${waiting}, p50`, ...pair(claims, 0.5) },
    {
      name: `claim, ${waiting}, p99`,
      ...pair(claims, 0.99),
      aim: under,
      facts: {
        claims: large.claims.length,
        least: Math.min(...large.claims),
        trivialWriteP50: median(large.trivial),
        trivialWriteP99: percentile(large.trivial, 0.99),
        settledPerSecond: large.settledPerSecond,
        settledPerSecondOfLimit: small.settledPerSecond,
        fillSeconds: large.fillSeconds,
      },
    },
    { name: `claim of three dispatchers at once, p99`, ...pair(({ rivals }) => rivals, 0.99) },
    {
      name: `submission, ${waiting}, p50`,
      ...pair(({ submissions }) => submissions, 0.5),
      aim: { comparison: 'ratio', atMost: 1.5 },
      facts: { p99: percentile(large.submissions, 0.99), limitP99: percentile(small.submissions, 0.99) },
    },
    { name: `position and time of a waiting job, p99`, ...pair(({ places }) => places, 0.99), aim: under },
    { name: `state for the metrics, p50`, ...pair(({ states }) => states, 0.5) },
    {
      name: `Redis with a full window, ${waiting}`,
      unit: 'MB',
      ours: large.redisBytes / 1e6,
      limit: small.redisBytes / 1e6,
      aim: { comparison: 'ratio', atMost: 1.1 },
    },
  ];
}
