/** One fault each, struck while work is under way, and what the system made of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@pressroom/testing';
import { Redis } from 'ioredis';
import type { BackendName } from '../chaos/run-plan.ts';
import { withClient } from '../chaos/settled-job.ts';
import type { AppName } from '../chaos/supervised-system.ts';
import { measureRecovery, type Recovery, untilUnfinished } from './measure.ts';
import { type OneBook, openRecoveryStand, type RecoveryStand } from './recovery-stand.ts';

export interface ScenarioSize {
  readonly pace: 'quick' | 'default';
  /** Jobs in flight when the fault strikes, where it is about many. */
  readonly books: number;
  /** How long a server is away, where it is about long. */
  readonly outageMs: number;
}

/** What users have. */
export const fullSize: ScenarioSize = { pace: 'default', books: 200, outageMs: 180_000 };

export interface Scenario {
  /** What is lost, in words for the table. */
  readonly title: string;
  readonly backends: readonly BackendName[];
  readonly replicas?: (app: AppName) => number;
  readonly settings?: Readonly<Record<string, string>>;
  run(stand: RecoveryStand, size: ScenarioSize): Promise<Recovery & { readonly notes?: readonly string[] }>;
}

const both = ['redis', 'postgres'] as const;
const settleMs = 300_000;
/** Moot entries of an old copy are swept once a minute, when they are a minute old. */
const queueMs = 200_000;

export const scenarios = {
  nothing: {
    title: 'nothing: how long the same work takes undisturbed',
    backends: both,
    run: async (stand, size) => {
      const { books, inFlight } = await workUnderWay(stand, size.books);
      return await measure(stand, books, { begunAt: new Date(), inFlight });
    },
  },
  'queue-emptied': {
    title: 'the queue, emptied (FLUSHALL; the tables truncated)',
    backends: both,
    run: async (stand, size) => {
      const { books, inFlight } = await workUnderWay(stand, size.books);
      const begunAt = new Date();
      await stand.loseQueue();
      return await measure(stand, books, { begunAt, inFlight });
    },
  },
  'redis-restarted-empty': {
    title: 'Redis, killed and started again without its data',
    backends: ['redis'],
    run: async (stand, size) => {
      const { books, inFlight } = await workUnderWay(stand, size.books);
      const begunAt = new Date();
      await stand.redis.kill('SIGKILL');
      await stand.redis.restart();
      return await measure(stand, books, { begunAt, inFlight });
    },
  },
  'redis-old-copy': {
    title: 'Redis, killed and started with an older copy of its data',
    backends: ['redis'],
    run: async (stand, size) => {
      const half = Math.ceil(size.books / 2);
      const first = await stand.submit(half);
      await untilUnfinished(stand, first, Math.floor(half * 0.9), 120_000);
      // With `save ""` nothing is saved but by this.
      await withRedis(stand, (redis) => redis.save());
      const books = [...first, ...(await stand.submit(half))];
      const inFlight = await untilUnfinished(stand, books, Math.floor(size.books * 0.7), 120_000);
      const begunAt = new Date();
      await stand.redis.kill('SIGKILL');
      await stand.redis.restart();
      const restored = await stand.queues().queue('pdf').getJobCounts();
      const back = (restored['waiting-children'] ?? 0) + (restored['prioritized'] ?? 0);
      const recovery = await measure(stand, books, { begunAt, inFlight });
      return { ...recovery, notes: [`the copy brought back ${back} books, ${inFlight} were unfinished`] };
    },
  },
  'redis-away': {
    title: 'Redis, away for a time, with its data lost',
    backends: ['redis'],
    run: async (stand, size) =>
      await outage(stand, size, {
        begin: () => stand.redis.kill('SIGKILL'),
        end: () => stand.redis.restart(),
      }),
  },
  'redis-silent': {
    title: 'Redis, silent for a time: connections stand and nothing comes through',
    backends: ['redis'],
    run: async (stand, size) =>
      await outage(stand, size, {
        begin: () => stand.redisProxy.setMode('half-open'),
        end: async () => {
          // What was held back is lost with its connection, as behind a firewall that forgot it.
          await stand.redisProxy.setMode('cut');
          await stand.redisProxy.setMode('pass');
        },
      }),
  },
  'backend-moved': {
    title: 'a stopped system, moved from PostgreSQL to Redis and back with unfinished jobs',
    backends: ['postgres'],
    run: async (stand, size) => {
      const count = Math.min(size.books, 60);
      const books = await stand.submit(count);
      const inFlight = await untilUnfinished(stand, books, Math.floor(count * 0.8), 120_000);
      const begunAt = new Date();
      await move(stand, 'redis');
      const onRedis = Date.now();
      await untilUnfinished(stand, books, Math.floor(count * 0.4), 120_000);
      const movedMs = Date.now() - onRedis;
      await move(stand, 'postgres');
      const overAt = new Date();
      const recovery = await measure(stand, books, { begunAt, overAt, inFlight });
      return { ...recovery, notes: [`${Math.round(movedMs / 1_000)} s on Redis in between`] };
    },
  },
  'ingest-worker-killed': killed('ingest-worker', 'ingest.stored'),
  'generate-worker-killed': killed('generate-worker', 'generate.answered'),
  'pdf-worker-killed': killed('pdf-worker', 'pdf.stored'),
  'worker-stopped': {
    title: 'a generate worker that stands still (SIGSTOP) and goes on later',
    backends: both,
    replicas: (app) => (app === 'generate-worker' ? 2 : 1),
    // Else another step of the same process stands still with it, in the middle of its call.
    settings: { PRESSROOM_GENERATE_CONCURRENCY: '1' },
    run: async (stand) => {
      await stand.system.arm('generate.stored', 'stop');
      const books = await stand.submit(6);
      const stopped = await untilStruck(stand, 'generate.stored');
      const begunAt = new Date();
      await untilUnfinished(stand, books, 0, settleMs);
      const before = await eventsOf(stand, books);
      const late = stand.system.processes.find(({ process }) => process.pid === stopped);
      const from = late?.process.lines.length ?? 0;
      late?.process.kill('SIGCONT');
      await late?.process.waitForLine(
        /is not held any more|was refused: the step is held by another/,
        30_000,
        from,
      );
      const recovery = await measure(stand, books, { begunAt, overAt: begunAt, inFlight: books.length });
      const after = await eventsOf(stand, books);
      return {
        ...recovery,
        violations: [
          ...recovery.violations,
          ...(after === before ? [] : [`The late worker wrote ${after - before} events`]),
          ...(recovery.calls.boughtAgain > 0 ? ['A picture was bought again'] : []),
        ],
      };
    },
  },
  'api-killed': {
    title: 'the API',
    backends: both,
    run: async (stand) => {
      const { books, inFlight } = await workUnderWay(stand, 24);
      const [api] = stand.processes('api');
      const begunAt = new Date();
      api?.process.kill('SIGKILL');
      await eventually(() => (api?.starts ?? 0) > 1);
      await stand.system.ready();
      const overAt = new Date();
      const upMs = overAt.getTime() - begunAt.getTime();
      const recovery = await measure(stand, books, { begunAt, overAt, inFlight });
      return { ...recovery, notes: [`answers again ${upMs} ms after it was killed`] };
    },
  },
  'maintenance-killed': {
    title: 'the maintenance worker, for good, and the queue emptied after it',
    backends: ['redis'],
    run: async (stand) => {
      const { books, inFlight } = await workUnderWay(stand, 24);
      await stand.processes('maintenance-worker')[0]?.hold('SIGKILL');
      const begunAt = new Date();
      await stand.loseQueue();
      return await measure(stand, books, { begunAt, inFlight });
    },
  },
  'postgres-killed': {
    title: 'PostgreSQL, killed and started again after 5 s',
    backends: both,
    run: async (stand) => {
      const { books, inFlight } = await workUnderWay(stand, 24);
      const begunAt = new Date();
      await stand.killPostgres(5_000);
      const overAt = new Date();
      const recovery = await measure(stand, books, { begunAt, overAt, inFlight });
      return { ...recovery, notes: exitsOf(stand) };
    },
  },
  'disk-full': {
    title: 'the file store, full for 30 s',
    backends: ['redis'],
    run: async (stand) => {
      const { books, inFlight } = await workUnderWay(stand, 12);
      const begunAt = new Date();
      await stand.system.armAlways('store.write', 'no-space');
      await pause(30_000);
      await stand.system.disarm();
      return await measure(stand, books, { begunAt, inFlight });
    },
  },
  'provider-down': {
    title: 'the provider, answering 500 for 90 s',
    backends: ['redis'],
    run: async (stand) => {
      const { books, inFlight } = await workUnderWay(stand, 12);
      const begunAt = new Date();
      stand.gemini.otherwise({ kind: 'status', status: 500 });
      await pause(90_000);
      stand.gemini.otherwise({ kind: 'picture' });
      return await measure(stand, books, { begunAt, inFlight });
    },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

type Told = Recovery & { readonly notes?: readonly string[] };

export async function runOn(stand: RecoveryStand, name: ScenarioName, size: ScenarioSize): Promise<Told> {
  const scenario: Scenario = scenarios[name];
  await stand.system.disarm();
  return await scenario.run(stand, size);
}

/** On a stand of its own. */
export async function runScenario(
  name: ScenarioName,
  backend: BackendName,
  size: ScenarioSize,
): Promise<Told & { readonly log: () => string }> {
  const scenario: Scenario = scenarios[name];
  const stand = await openRecoveryStand({
    backend,
    pace: size.pace,
    ...(scenario.replicas === undefined ? {} : { replicas: scenario.replicas }),
    ...(scenario.settings === undefined ? {} : { settings: scenario.settings }),
  });
  try {
    const recovery = await runOn(stand, name, size);
    const log = stand.system.log();
    return { ...recovery, log: () => log };
  } finally {
    await stand.close();
  }
}

function killed(app: AppName, point: 'ingest.stored' | 'generate.answered' | 'pdf.stored'): Scenario {
  return {
    title: `the ${app.replace('-', ' ')}, killed in the middle of a step`,
    backends: both,
    run: async (stand) => {
      await stand.system.arm(point, 'crash');
      const books = await stand.submit(6);
      await untilStruck(stand, point);
      const begunAt = new Date();
      return await measure(stand, books, { begunAt, inFlight: books.length });
    },
  };
}

/** Redis does not answer for a time, and jobs are submitted meanwhile. */
async function outage(
  stand: RecoveryStand,
  size: ScenarioSize,
  fault: { begin(): Promise<unknown>; end(): Promise<unknown> },
): Promise<Told> {
  const { books, inFlight } = await workUnderWay(stand, Math.min(size.books, 40));
  const begunAt = new Date();
  await fault.begin();
  const asked = performance.now();
  const meanwhile = await stand.submit(4);
  const acceptedMs = Math.round(performance.now() - asked);
  await pause(size.outageMs);
  await fault.end();
  const overAt = new Date();
  const recovery = await measure(stand, [...books, ...meanwhile], {
    begunAt,
    overAt,
    inFlight: inFlight + meanwhile.length,
  });
  return {
    ...recovery,
    notes: [
      `${meanwhile.length} jobs accepted meanwhile in ${acceptedMs} ms`,
      `for ${size.outageMs / 1_000} s`,
      ...exitsOf(stand),
    ],
  };
}

/** So many are unfinished, some more have settled: the fault finds work at every stage. */
async function workUnderWay(
  stand: RecoveryStand,
  count: number,
): Promise<{ readonly books: readonly OneBook[]; readonly inFlight: number }> {
  const books = await stand.submit(count + Math.max(2, Math.floor(count / 5)));
  return { books, inFlight: await untilUnfinished(stand, books, count, 120_000) };
}

function measure(
  stand: RecoveryStand,
  books: readonly OneBook[],
  fault: { readonly begunAt: Date; readonly overAt?: Date; readonly inFlight: number },
): Promise<Recovery> {
  return measureRecovery(stand, books, { overAt: new Date(), ...fault }, { settleMs, queueMs });
}

/** The pid of the process that came to the point. */
async function untilStruck(
  stand: RecoveryStand,
  point: Parameters<RecoveryStand['system']['struck']>[0],
): Promise<number> {
  return await eventually(
    async () => {
      const [pid] = await stand.system.struck(point);
      if (pid === undefined) throw new Error(`Nobody came to ${point}`);
      return pid;
    },
    { deadlineMs: 60_000 },
  );
}

/** As an operator does: everything down, another address for the queue, everything up. */
async function move(stand: RecoveryStand, to: BackendName): Promise<void> {
  await Promise.all(stand.system.processes.map((each) => each.hold()));
  stand.backend = to;
  for (const each of stand.system.processes) each.release();
  await eventually(() => stand.system.processes.every(({ process }) => process.running));
  await stand.system.ready();
}

function exitsOf(stand: RecoveryStand): readonly string[] {
  return stand.system.processes.flatMap(({ name, exits }) =>
    exits.map(({ code, signal }) => `${name} ended with ${signal ?? code}`),
  );
}

async function eventsOf(stand: RecoveryStand, books: readonly OneBook[]): Promise<number> {
  return await withClient(stand.databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from job_events where job_id = any($1)',
      [books.map(({ jobId }) => jobId)],
    );
    return rows[0]?.count ?? 0;
  });
}

async function withRedis<Result>(
  stand: RecoveryStand,
  work: (redis: Redis) => Promise<Result>,
): Promise<Result> {
  const redis = new Redis(stand.redis.url);
  redis.on('error', () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
