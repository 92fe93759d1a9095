import { afterEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '@pressroom/domain';
import { createHealth, createHealthServer, createMetrics, type Health } from '@pressroom/observability';
import { serviceContract } from '@pressroom/runtime';

function runningHealth(): Health {
  const health = createHealth();
  health.setPhase('running');
  return health;
}

const broken = () => Promise.reject(new Error('connect ECONNREFUSED redis://:hunter2@cache'));

describe('createHealth', () => {
  test('is ready only between starting and stopping', async () => {
    const health = createHealth();
    const seen = [];
    for (const phase of ['starting', 'running', 'stopping'] as const) {
      health.setPhase(phase);
      const { ready, report } = await health.ready();
      seen.push([ready, report.state]);
    }
    expect(seen).toEqual([
      [false, 'starting'],
      [true, 'up'],
      [false, 'stopping'],
    ]);
  });

  test('reports each component with state, latency and detail, and no secrets', async () => {
    let now = 0;
    const health = createHealth({ clock: { now: () => new Date(now) } });
    health.setPhase('running');
    health.register({
      name: 'database',
      critical: true,
      check: async () => {
        now += 5;
        return { version: 18 };
      },
    });
    health.register({ name: 'queue', critical: false, check: broken });
    expect((await health.report()).components).toMatchObject([
      { name: 'database', state: 'up', latencyMs: 5, detail: { version: 18 } },
      { name: 'queue', state: 'down', error: 'connect ECONNREFUSED redis://:[secret]@cache' },
    ]);
  });

  test('is degraded but ready without a component that is not critical, and down without one that is', async () => {
    const health = runningHealth();
    health.register({ name: 'board', critical: false, check: broken });
    expect(await health.ready()).toMatchObject({ ready: true, report: { state: 'degraded' } });
    health.register({ name: 'database', critical: true, check: broken });
    expect(await health.ready()).toMatchObject({ ready: false, report: { state: 'down' } });
  });

  test('gives up on a check that does not answer, and aborts it', async () => {
    const health = runningHealth();
    let aborted = false;
    const check = (signal: AbortSignal) =>
      new Promise<void>(() =>
        signal.addEventListener('abort', () => {
          aborted = true;
        }),
      );
    health.register({ name: 'silent', critical: true, timeoutMs: 1, check });
    expect((await health.report()).components).toMatchObject([
      { state: 'down', error: 'no answer within 1 ms' },
    ]);
    expect(aborted).toBe(true);
  });

  test('survives a check that throws at once', async () => {
    const health = runningHealth();
    health.register({
      name: 'odd',
      critical: true,
      check: () => {
        throw new Error('at once');
      },
    });
    expect((await health.report()).components).toMatchObject([{ state: 'down', error: 'at once' }]);
  });

  test('shares one round of checks between probes that come together', async () => {
    const health = runningHealth();
    let checks = 0;
    health.register({
      name: 'database',
      critical: true,
      check: async () => {
        checks += 1;
      },
    });
    await Promise.all([health.ready(), health.ready(), health.report()]);
    expect(checks).toBe(1);
    await health.ready();
    expect(checks).toBe(2);
  });

  test('is dead for good once marked, with the first reason', () => {
    const health = runningHealth();
    expect(health.live()).toEqual({ alive: true });
    health.markDead('the canary did not return');
    health.markDead('something else');
    expect(health.live()).toEqual({ alive: false, reason: 'the canary did not return' });
  });
});

describe('createHealthServer', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  function make(health = runningHealth(), port = 0) {
    const metrics = createMetrics({ service: 'probe' });
    const server = createHealthServer({ port, health, metrics, log: silentLog });
    stops.push(() => server.stop());
    return { server, metrics };
  }

  describe('keeps the contract of services', () => {
    const cases = serviceContract(() => {
      const { server } = make();
      let url: string | undefined;
      const running = async () => {
        try {
          url = server.url();
        } catch {
          if (url === undefined) return false;
        }
        return fetch(`${url}/health/live`).then(
          () => true,
          () => false,
        );
      };
      return { service: server, running };
    });
    for (const each of cases) test(each.name, each.run);
  });

  test('answers on loopback with states as status codes', async () => {
    const health = createHealth();
    const { server } = make(health);
    await server.start();
    expect(server.address().address).toBe('127.0.0.1');
    const status = async (path: string) => (await fetch(server.url() + path)).status;
    expect([await status('/health/live'), await status('/health/ready'), await status('/health')]).toEqual([
      200, 503, 503,
    ]);
    health.setPhase('running');
    expect([await status('/health/ready'), await status('/health')]).toEqual([200, 200]);
    health.markDead('stuck');
    expect([await status('/health/live'), await status('/health/ready')]).toEqual([503, 503]);
  });

  test('serves the metrics in the format of Prometheus', async () => {
    const { server, metrics } = make();
    await server.start();
    metrics.stepStarted({ worker: 'pdf', handler: 'render-picture-book' });
    const response = await fetch(`${server.url()}/metrics?x=1`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('pressroom_steps_started_total{worker="pdf"');
  });

  test('has nothing else', async () => {
    const { server } = make();
    await server.start();
    expect((await fetch(`${server.url()}/`)).status).toBe(404);
    const post = await fetch(`${server.url()}/metrics`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(`${server.url()}/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('names the port that it cannot have', async () => {
    const { server } = make();
    await server.start();
    const { port } = server.address();
    await expect(make(runningHealth(), port).server.start()).rejects.toMatchObject({
      code: 'settings-invalid',
      message: `Cannot listen on 127.0.0.1:${port}: EADDRINUSE`,
    });
  });
});
