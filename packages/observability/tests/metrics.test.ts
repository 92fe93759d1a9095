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

  test('has its own registry: two services in one process do not mix', async () => {
    const [one, two] = [createMetrics({ service: 'one' }), createMetrics({ service: 'two' })];
    one.stepStarted(step);
    expect(sampleOf(await two.render(), 'pressroom_steps_started_total', step)).toBeUndefined();
  });
});
