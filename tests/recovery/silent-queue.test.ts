/** Real processes whose queue goes silent: connections stand, nothing comes through and nothing ends (invariant 6). */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createPressroomClient } from '@pressroom/client';
import { migrateDatabase } from '@pressroom/database';
import {
  createTestDatabase,
  createTestRedis,
  eventually,
  type FaultProxy,
  repositoryRoot,
  type StartedProcess,
  startFaultProxy,
  startProcess,
  temporaryFolder,
} from '@pressroom/testing';
import { drawPhotos } from '../system/drawn-photos.ts';

const operatorToken = 'a-token-for-this-test-alone';

interface Stage {
  /** Before Redis, or before the database where that carries the queue. */
  readonly proxy: FaultProxy;
  start(app: string, settings?: Readonly<Record<string, string>>): Promise<StartedProcess>;
}

async function openStage(backend: 'redis' | 'postgres'): Promise<Stage> {
  const { url } = await createTestDatabase({ template: { name: 'system', prepare: migrateDatabase } });
  const target = backend === 'redis' ? (await createTestRedis()).url : url;
  const proxy = await startFaultProxy({ target });
  const data = await temporaryFolder();
  return {
    proxy,
    start: async (app, settings = {}) => {
      const started = await startProcess({
        command: process.execPath,
        args: ['--enable-source-maps', join(repositoryRoot(), 'apps', app, 'dist/src/main.js')],
        env: {
          ...(backend === 'redis'
            ? { DATABASE_URL: url, REDIS_URL: proxy.url }
            : { DATABASE_URL: proxy.url }),
          PRESSROOM_DATA_FOLDER: data.path,
          PRESSROOM_OPERATOR_TOKEN: operatorToken,
          PRESSROOM_PORT: '0',
          PRESSROOM_LOG_FORMAT: 'json',
          PRESSROOM_QUEUE_LOCK_MS: '1000',
          PRESSROOM_QUEUE_STALLED_INTERVAL_MS: '500',
          PRESSROOM_DISPATCHER_SWEEP_INTERVAL_MS: '500',
          PRESSROOM_DISPATCHER_ENQUEUE_LEASE_MS: '2000',
          PRESSROOM_SHUTDOWN_GRACE_MS: '6000',
          PRESSROOM_CANARY_LIMIT_MS: '1000',
          ...settings,
        },
      });
      await started.waitForLine(new RegExp(`"msg":"${app} is up"`));
      return started;
    },
  };
}

function healthUrl({ lines }: StartedProcess): string {
  const line = lines.find((each) => each.includes('Health and metrics are served')) ?? '';
  return `${/"url":"([^"]+)"/.exec(line)?.[1]}/health`;
}

async function health(url: string): Promise<{
  readonly ready: boolean;
  readonly errors: Readonly<Record<string, string>>;
}> {
  const [ready, all] = await Promise.all([fetch(`${url}/ready`), fetch(url)]);
  await ready.arrayBuffer();
  const { components } = (await all.json()) as { components: { name: string; error?: string }[] };
  const errors = components.flatMap(({ name, error }) => (error === undefined ? [] : [[name, error]]));
  return { ready: ready.status === 200, errors: Object.fromEntries(errors) as Record<string, string> };
}

// On PostgreSQL: packages/process/tests/recovery.test.ts, without processes.
test('a worker whose Redis is silent says that it is not ready and why, and comes back with it without having ended', async () => {
  const stage = await openStage('redis');
  const worker = await stage.start('pdf-worker', { PRESSROOM_CANARY_EXIT_MS: '600000' });
  const url = healthUrl(worker);
  expect(await health(url)).toEqual({ ready: true, errors: {} });
  await stage.proxy.setMode('half-open');
  await eventually(
    async () => {
      const { ready, errors } = await health(url);
      expect(ready).toBe(false);
      expect(errors['pdf-worker']).toMatch(/has not been answered by its queue for \d+ s/);
      expect(errors['queue']).toMatch(/no answer within|connection to Redis is/);
    },
    { deadlineMs: 30_000 },
  );
  await stage.proxy.setMode('cut');
  await stage.proxy.setMode('pass');
  await eventually(async () => expect(await health(url)).toEqual({ ready: true, errors: {} }), {
    deadlineMs: 60_000,
  });
  expect(worker.running).toBe(true);
  expect(await worker.stop()).toEqual({ code: 0, signal: null });
}, 120_000);

test.each(['redis', 'postgres'] as const)(
  'a worker whose queue on %s does not come back is first not ready, then ends with 1 and says why',
  async (backend) => {
    const stage = await openStage(backend);
    const worker = await stage.start('ingest-worker', { PRESSROOM_CANARY_EXIT_MS: '5000' });
    const url = healthUrl(worker);
    await stage.proxy.setMode('half-open');
    await eventually(async () => expect((await health(url)).ready).toBe(false), { deadlineMs: 5_000 });
    expect(worker.running).toBe(true);
    expect(await worker.exited).toEqual({ code: 1, signal: null });
    expect(worker.stderr).toMatch(/has not been answered by its queue for \d+ s, .*the process ends/);
  },
  120_000,
);

test('an API whose Redis is silent takes jobs at once, stays in the load balancer, and enqueues them when Redis is back (invariant 2)', async () => {
  const stage = await openStage('redis');
  const api = await stage.start('api');
  const line = api.lines.find((each) => each.includes('The API listens')) ?? '';
  const baseUrl = `http://127.0.0.1:${/"port":(\d+)/.exec(line)?.[1]}`;
  const operator = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(new URL(path, baseUrl), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operatorToken}` },
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const { id } = await operator('/api/admin/accounts', { name: 'silent', credits: 100 });
  const scopes = ['assets', 'jobs', 'account'];
  const { key } = await operator(`/api/admin/accounts/${String(id)}/keys`, { name: 'silent', scopes });
  const client = createPressroomClient({ baseUrl, apiKey: String(key) });
  const [photo = ''] = await drawPhotos(1, { width: 320, height: 240 });
  const asset = await client.uploadAsset(photo);
  await stage.proxy.setMode('half-open');
  const begun = performance.now();
  const job = await client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: asset.id }], style: 'poster', title: 'Silent' },
  });
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect((await client.getJob(job.id)).status).toMatch(/queued|running/);
  const found = await health(`${baseUrl}/health`);
  expect(found.ready).toBe(true);
  expect(found.errors['queue']).toMatch(/no answer within|connection to Redis is/);
  await stage.proxy.setMode('cut');
  await stage.proxy.setMode('pass');
  await Promise.all(['ingest-worker', 'generate-worker', 'pdf-worker'].map((app) => stage.start(app)));
  expect(await client.waitForJob(job.id)).toMatchObject({ status: 'succeeded' });
  await client.close();
}, 120_000);
