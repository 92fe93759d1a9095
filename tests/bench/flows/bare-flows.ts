/** The limit: BullMQ alone, flows of the same shape, workers that do nothing. No record is kept. */
import type { Dispatch, WorkerType } from '@pressroom/domain';
import { workerTypes } from '@pressroom/domain';
import { buildFlow, queueJobId } from '@pressroom/queue';
import type { ResourceScope } from '@pressroom/runtime';
import { createPostgresBackend, FlowProducer, runMigrations, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { BenchServers } from '../servers.ts';
import { type FlowBackend, type FlowRunner, flowOptions, flowSettings } from './flow-settings.ts';

interface BareQueues {
  readonly flows: Pick<FlowProducer, 'add' | 'close'>;
  worker(type: WorkerType): Worker;
}

export async function openBareFlows(
  backend: FlowBackend,
  servers: BenchServers,
  scope: ResourceScope,
): Promise<FlowRunner> {
  const queues =
    backend === 'redis'
      ? await onRedis(await servers.redis(), scope)
      : await onPostgres(await servers.database(), scope);
  await scope.use(
    'bare flow producer',
    () => queues.flows,
    (flows) => flows.close(),
  );
  const waiting = new Map<string, () => void>();
  let completed = 0;
  let faults = 0;
  for (const type of workerTypes) {
    const worker = await scope.use(
      `bare ${type} worker`,
      () => queues.worker(type),
      (opened) => opened.close(),
    );
    // BullMQ tries again what a deadlock on PostgreSQL has spoilt.
    worker.on('error', () => {
      faults += 1;
    });
    if (type === 'pdf') {
      worker.on('completed', (job) => {
        completed += 1;
        waiting.get(job.id ?? '')?.();
      });
    }
    await worker.waitUntilReady();
  }
  let flows = 0;
  return {
    run: async () => {
      const dispatch = dispatchOf(flows++);
      const root = dispatch.steps.at(-1)?.stepId ?? '';
      const flow = buildFlow(dispatch, flowOptions(backend));
      if (flow === undefined) throw new Error('The flow has no steps');
      const id = queueJobId(root, dispatch.generation);
      const settled = new Promise<void>((resolve) => waiting.set(id, resolve));
      await queues.flows.add(flow);
      await settled;
      waiting.delete(id);
    },
    verify: (expected) =>
      completed === expected
        ? Promise.resolve()
        : Promise.reject(
            new Error(`${completed} of ${expected} bare flows have completed, with ${faults} faults`),
          ),
  };
}

/** Ids as long as the record's, so that payloads weigh the same. */
function dispatchOf(number: number): Dispatch {
  const id = (name: string) => `step_${name}${String(number).padStart(26 - name.length, '0')}`;
  const steps = [
    { stepId: id('A'), parentId: id('B'), key: 'ingest-0', handler: 'ingest-image', worker: 'ingest' },
    {
      stepId: id('B'),
      parentId: id('C'),
      key: 'generate-0',
      handler: 'generate-picture',
      worker: 'generate',
    },
    { stepId: id('C'), parentId: undefined, key: 'book', handler: 'render-picture-book', worker: 'pdf' },
  ] as const;
  const jobId = `job_${String(number).padStart(26, '0')}`;
  return {
    jobId,
    accountId: 'bare',
    generation: 1,
    priority: 0,
    queuePlace: 0,
    waitedMs: undefined,
    createdAt: new Date(0),
    steps,
  };
}

const doNothing = (): Promise<string> => Promise.resolve('done');
const workerOptions = {
  concurrency: flowSettings.concurrency,
  lockDuration: flowSettings.lockMs,
  stalledInterval: flowSettings.stalledIntervalMs,
  prefix: '{bare}',
  settings: { backoffStrategy: () => 1_000 },
};

async function onRedis(url: string, scope: ResourceScope): Promise<BareQueues> {
  const connection = await scope.use(
    'bare Redis connection',
    () => new Redis(url, { maxRetriesPerRequest: null }),
    (opened) => opened.disconnect(),
  );
  return {
    flows: new FlowProducer({ connection, prefix: '{bare}' }),
    worker: (type) => new Worker(type, doNothing, { connection, ...workerOptions }),
  };
}

async function onPostgres(url: string, scope: ResourceScope): Promise<BareQueues> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await runMigrations(client);
  await client.end();
  const pool = await scope.use(
    'bare pool',
    () => new pg.Pool({ connectionString: url, max: 6, options: '-c search_path=bullmq' }),
    (opened) => opened.end(),
  );
  return {
    flows: new FlowProducer(
      { connection: pool as never, prefix: '{bare}' },
      createPostgresBackend,
    ) as unknown as FlowProducer,
    worker: (type) =>
      new Worker(
        type,
        doNothing,
        {
          connection: { connectionString: url, max: flowSettings.concurrency + 2 } as never,
          ...workerOptions,
        },
        createPostgresBackend as never,
      ) as unknown as Worker,
  };
}
