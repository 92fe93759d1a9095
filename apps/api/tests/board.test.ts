import { afterAll, describe, expect, test } from '@jest/globals';
import { createDispatchStore, createEventHints } from '@pressroom/database';
import { silentLog, systemClock } from '@pressroom/domain';
import { buildFlow, lookUpSteps, openQueueBackend, type QueueBackend } from '@pressroom/queue';
import { createTestDatabase, createTestRedis } from '@pressroom/testing';
import { createLoginLink } from '../src/index.ts';
import { startApi } from './api-under-test.ts';
import { png } from './pictures.ts';

const opened: QueueBackend[] = [];
afterAll(() => Promise.all(opened.map((backend) => backend.close())));

describe.each(['postgres', 'redis'])('on %s', (kind) => {
  test('the board shows queues and flows to an operator, and changes nothing', async () => {
    const redis = kind === 'redis' ? await createTestRedis() : undefined;
    const { directUrl: databaseUrl } = await createTestDatabase();
    const backend = await openQueueBackend({
      redisUrl: redis?.url,
      databaseUrl,
      prefix: '{board}',
      log: silentLog,
    });
    opened.push(backend);
    const api = await startApi({
      queueAdmin: {
        queues: backend.queues,
        removeFlow: async () => {},
        lookUp: (steps) => lookUpSteps(backend, steps, 2_000),
      },
    });
    const asset = await api.main.client.uploadAsset(png());
    const job = await api.main.client.submitJob({
      kind: 'picture-book',
      input: { photos: [{ assetId: asset.id }], style: 'poster', title: 'T' },
    });
    const store = createDispatchStore(api.database, createEventHints(api.database, silentLog));
    const [dispatch] = await store.claim({
      windowFlows: 10,
      accountWindowFlows: 10,
      batch: 10,
      leaseMs: 60_000,
    });
    const flow =
      dispatch &&
      buildFlow(dispatch, {
        deliveries: 3,
        keepCompletedSeconds: 60,
        keepCompletedCount: 10,
        keepFailedSeconds: 60,
        keepFailedCount: 10,
      });
    if (flow === undefined) throw new Error('nothing to dispatch');
    await backend.flows.add(flow);

    const { url } = await createLoginLink(api.database, systemClock, api.url);
    const login = await api.call(url.slice(api.url.length), { key: null });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const headers = { Cookie: cookie, Origin: api.url };
    const page = await api.call('/admin/queues/', { key: null, headers });
    expect(await page.text()).toContain('<base href="/admin/queues/"');
    const queues = await (await api.call('/admin/queues/api/queues', { key: null, headers })).text();
    for (const name of ['ingest', 'generate', 'pdf']) expect(queues).toContain(`"name":"${name}"`);
    expect(queues).toContain('"readOnlyMode":true');

    const root = job.steps.at(-1)?.id;
    const shown = await api.call(`/admin/queues/api/queues/pdf/${root}-1?status=waiting-children`, {
      key: null,
      headers,
    });
    const text = await shown.text();
    expect(text).toContain(String(root));
    expect(text).toContain(`"href":"/api/admin/jobs/${job.id}/explanation"`);
    const tree = await (
      await api.call(`/admin/queues/api/queues/pdf/${root}-1/flow`, { key: null, headers })
    ).text();
    for (const step of job.steps) expect(tree).toContain(step.id);

    const child = `${job.steps[0]?.id}-1`;
    const removal = await api.call(`/admin/queues/api/queues/ingest/${child}/clean`, {
      method: 'PUT',
      key: null,
      headers,
    });
    expect(removal.status).toBeGreaterThanOrEqual(400);
    expect(await backend.queue('ingest').getJob(child)).toBeDefined();
  }, 60_000);
});
