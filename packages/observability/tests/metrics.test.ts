import { describe, expect, test } from '@jest/globals';
import { createMetrics } from '@pressroom/observability';

const step = { worker: 'pdf', handler: 'render-picture-book' };

/** The value of the one line that starts with the name and has all the labels. */
function sampleOf(text: string, name: string, labels: Record<string, string>): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`${name}{`) && wanted.every((label) => each.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('createMetrics', () => {
  test('counts steps by worker, handler and outcome, in seconds', async () => {
    const metrics = createMetrics({ service: 'pdf-worker' });
    metrics.stepStarted(step);
    metrics.stepEnded({
      ...step,
      outcome: 'retried',
      attempt: 1,
      durationMs: 500,
      errorCode: 'render-failed',
    });
    metrics.stepStarted(step);
    metrics.stepEnded({ ...step, outcome: 'succeeded', attempt: 2, durationMs: 1_500 });
    const text = await metrics.render();
    const labels = { ...step, service: 'pdf-worker' };
    expect(sampleOf(text, 'pressroom_steps_started_total', labels)).toBe(2);
    expect(sampleOf(text, 'pressroom_step_duration_seconds_sum', { ...labels, outcome: 'succeeded' })).toBe(
      1.5,
    );
    expect(sampleOf(text, 'pressroom_step_duration_seconds_sum', { ...labels, outcome: 'retried' })).toBe(
      0.5,
    );
    expect(sampleOf(text, 'pressroom_step_attempts_sum', { ...labels, outcome: 'succeeded' })).toBe(2);
    expect(sampleOf(text, 'pressroom_step_attempts_sum', { ...labels, outcome: 'retried' })).toBeUndefined();
    expect(sampleOf(text, 'pressroom_step_errors_total', { ...labels, code: 'render-failed' })).toBe(1);
    expect(text).toContain('process_cpu_seconds_total');
  });

  test('keeps the labels of requests few, whatever comes in', async () => {
    const metrics = createMetrics({ service: 'api' });
    const request = { method: 'GET', status: 200, durationMs: 20 };
    metrics.httpRequest({ ...request, route: '/api/jobs/:id' });
    metrics.httpRequest({ ...request, route: undefined, status: 404 });
    metrics.httpRequest({ ...request, route: '/a', method: 'BREW' });
    for (let index = 0; index < 500; index += 1)
      metrics.httpRequest({ ...request, route: `/mistake/${index}` });
    const text = await metrics.render();
    const name = 'pressroom_http_request_duration_seconds_count';
    expect(sampleOf(text, name, { method: 'GET', route: '/api/jobs/:id', status: '200' })).toBe(1);
    expect(sampleOf(text, name, { route: 'unmatched', status: '404' })).toBe(1);
    expect(sampleOf(text, name, { method: 'OTHER', route: '/a' })).toBe(1);
    expect(sampleOf(text, name, { route: 'other' })).toBe(302);
  });

  test('reads at each scrape what the workers of the process say of themselves', async () => {
    const metrics = createMetrics({ service: 'pdf-worker' });
    let polled = 3;
    metrics.observeWorker('pdf', () => ({ quietMs: 1_500, polled, active: 2 }));
    const labels = { worker: 'pdf' };
    const first = await metrics.render();
    expect(sampleOf(first, 'pressroom_worker_quiet_seconds', labels)).toBe(1.5);
    expect(sampleOf(first, 'pressroom_worker_active', labels)).toBe(2);
    expect(sampleOf(first, 'pressroom_worker_polls_total', labels)).toBe(3);
    polled = 8;
    expect(sampleOf(await metrics.render(), 'pressroom_worker_polls_total', labels)).toBe(8);
  });

  test('reads the queues at each scrape, and drops what it cannot read', async () => {
    const metrics = createMetrics({ service: 'api' });
    let waiting: number | undefined = 3;
    metrics.observeQueues(async () => {
      if (waiting === undefined) throw new Error('the queue is away');
      return [{ queue: 'pdf', waiting, active: 1, delayed: 0, failed: 0 }];
    });
    metrics.observeQueues(async () => [{ queue: 'ingest', waiting: 9, active: 0, delayed: 0, failed: 0 }]);
    const name = 'pressroom_queue_jobs';
    const pdf = { queue: 'pdf', state: 'waiting' };
    expect(sampleOf(await metrics.render(), name, pdf)).toBe(3);
    waiting = 4;
    expect(sampleOf(await metrics.render(), name, pdf)).toBe(4);
    waiting = undefined;
    const text = await metrics.render();
    expect(sampleOf(text, name, pdf)).toBeUndefined();
    expect(sampleOf(text, name, { queue: 'ingest', state: 'waiting' })).toBe(9);
    expect(sampleOf(await metrics.render(), 'pressroom_queue_read_errors_total', {})).toBeGreaterThan(0);
  });

  test('tells how the dispatcher and the order of waiting jobs stand', async () => {
    const metrics = createMetrics({ service: 'api' });
    metrics.dispatch.claimed(4);
    metrics.dispatch.claimed(2_000);
    metrics.dispatch.admitted({ priority: 0, waitedMs: 20 });
    metrics.dispatch.admitted({ priority: 7, waitedMs: 40_000 });
    metrics.dispatch.admitted({ priority: -1, waitedMs: 1 });
    const state = {
      waiting: [
        { priority: 7, jobs: 3, lag: 0 },
        { priority: 0, jobs: 10_000, lag: 2.5 },
      ],
      countedUpTo: 10_000,
      oldestSeconds: 61.5,
      windowFlows: 12,
      fullestAccountFlows: 5,
      estimates: 100,
      withinHalf: 52,
      withinMost: 91,
    };
    let reads = 0;
    let away = false;
    const limits = { windowFlows: 50, accountWindowFlows: 25 };
    metrics.dispatch.observe(async () => {
      reads += 1;
      if (away) throw new Error('the record is away');
      return state;
    }, limits);
    const text = await metrics.render();
    const read = (name: string, labels: Record<string, string> = {}) =>
      sampleOf(text, `pressroom_dispatch_${name}`, labels);
    expect(reads).toBe(1);
    expect(read('claim_duration_seconds_count')).toBe(2);
    expect(read('claim_duration_seconds_bucket', { le: '0.005' })).toBe(1);
    expect(read('wait_seconds_sum', { priority: 'usual' })).toBe(0.02);
    expect(read('wait_seconds_sum', { priority: 'above' })).toBe(40);
    expect(read('wait_seconds_count', { priority: 'below' })).toBe(1);
    expect(read('waiting_jobs', { priority: '7' })).toBe(3);
    expect(read('waiting_jobs', { priority: '0' })).toBe(10_000);
    expect(read('lag_credits', { priority: '0' })).toBe(2.5);
    expect(read('oldest_wait_seconds')).toBe(61.5);
    expect(read('window_flows', { of: 'all' })).toBe(12);
    expect(read('window_limit_flows', { of: 'fullest-account' })).toBe(25);
    expect(read('estimates_total', { within: 'any' })).toBe(100);
    expect(read('estimates_total', { within: 'half' })).toBe(52);
    expect(read('estimates_total', { within: 'nine-tenths' })).toBe(91);
    // The record counts: a second scrape says the same, and not the double.
    expect(sampleOf(await metrics.render(), 'pressroom_dispatch_estimates_total', { within: 'any' })).toBe(
      100,
    );
    away = true;
    const blind = await metrics.render();
    for (const name of ['waiting_jobs', 'oldest_wait_seconds', 'window_flows', 'estimates_total'])
      expect(sampleOf(blind, `pressroom_dispatch_${name}`, {})).toBeUndefined();
    expect(sampleOf(await metrics.render(), 'pressroom_dispatch_read_errors_total', {})).toBeGreaterThan(0);
  });

  test('has its own registry: two services in one process do not mix', async () => {
    const [one, two] = [createMetrics({ service: 'one' }), createMetrics({ service: 'two' })];
    one.stepStarted(step);
    expect(sampleOf(await two.render(), 'pressroom_steps_started_total', step)).toBeUndefined();
  });
});
