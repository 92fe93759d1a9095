import { expect, test } from '@jest/globals';
import { repositoryRoot, startProcess } from '@pressroom/testing';

/** Node warns on the process itself, which a test inside Jest does not see. */
const enqueueFullBatch = `
  import { createDispatcher } from '@pressroom/queue';
  const flow = (index) => ({
    jobId: 'job_' + index,
    generation: 1,
    priority: 0,
    queuePlace: 0,
    steps: [{ stepId: 'step_' + index, parentId: undefined, worker: 'pdf', status: 'waiting', handler: 'render-picture-book' }],
  });
  let confirmed = 0;
  const dispatcher = createDispatcher({
    store: {
      claim: async () => (confirmed === 0 ? Array.from({ length: 20 }, (_, index) => flow(index)) : []),
      confirm: async () => { confirmed += 1; if (confirmed === 20) console.log('all are in the queue'); },
      giveBack: async () => console.log('a flow was given back'),
    },
    flows: { add: () => new Promise((resolve) => setImmediate(resolve)) },
    checkQueue: async () => {},
    limits: { windowFlows: 50, accountWindowFlows: 50, batch: 20, leaseMs: 10_000 },
    flowOptions: { deliveries: 10, keepCompletedSeconds: 1, keepCompletedCount: 1, keepFailedSeconds: 1, keepFailedCount: 1, sweepEvery: 1 },
    sweepIntervalMs: 60_000,
    log: new Proxy({}, { get: () => () => {} }),
  });
  await dispatcher.start();
  // Ends after the pass that the start began.
  await dispatcher.stop();
`;

test('a full batch of flows on its way to the queue is not taken for a leak', async () => {
  const run = await startProcess({
    command: process.execPath,
    args: ['--input-type=module', '-e', enqueueFullBatch],
    cwd: repositoryRoot(),
  });
  expect(await run.exited).toEqual({ code: 0, signal: null });
  expect(run.stdout).toBe('all are in the queue\n');
  expect(run.stderr).toBe('');
});
