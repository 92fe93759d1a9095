import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '@pressroom/config';
import type { Job } from '@pressroom/domain';
import { serviceContract } from '@pressroom/runtime';
import { eventually } from '@pressroom/testing';
import { createApi } from '../src/index.ts';
import { bodyOf, startApi } from './api-under-test.ts';
import { waitUntilSubscribed } from './hints.ts';
import { png } from './pictures.ts';
import { formEnd, openRaw, part, uploadHead } from './raw-request.ts';

describe('keeps the contract of a service:', () => {
  for (const each of serviceContract(async () => {
    const running = await startApi();
    const { api: first } = running;
    const service = createApi({ ...running.resources, config: loadConfig({ PRESSROOM_PORT: '0' }) });
    await first.stop();
    return {
      service,
      running: async () => {
        try {
          return (await fetch(new URL('/health/live', service.url()))).ok;
        } catch {
          return false;
        }
      },
    };
  })) {
    test(each.name, each.run);
  }
});

test('stops well: streams and waits end at once, a running upload finishes, nothing new comes in', async () => {
  const api = await startApi();
  await waitUntilSubscribed(api.database);
  const asset = await api.main.client.uploadAsset(png());
  const job = await api.main.client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: asset.id }], style: 'poster', title: 'T' },
  });
  const stream = (await api.call(`/api/jobs/${job.id}/events`)).text();
  const wait = api.call(`/api/jobs/${job.id}`, { headers: { Prefer: 'wait=60' } });
  const body = Buffer.concat([part('file', png(9)), Buffer.from(formEnd())]);
  const upload = await openRaw(api.url);
  upload.write(uploadHead(api.main.key, body.length).replace('Connection: close\r\n', ''));
  upload.write(body.subarray(0, 100));
  await anotherAnswer(api.url);

  const stopping = api.api.stop('SIGTERM');
  expect(await stream).toContain('event: job.queued');
  expect((await bodyOf<Job>(await wait)).status).toBe('queued');
  expect((await api.health.ready()).report.state).toBe('stopping');
  await eventually(() =>
    fetch(api.url).then(
      () => false,
      () => true,
    ),
  );
  upload.write(body.subarray(100));
  expect(await upload.answer).toMatch(/^HTTP\/1\.1 201 /);
  await stopping;
}, 20_000);

test('cuts what does not end within the grace', async () => {
  const api = await startApi({ env: { PRESSROOM_SHUTDOWN_GRACE_MS: '200' } });
  const upload = await openRaw(api.url);
  upload.write(uploadHead(api.main.key, 5_000));
  upload.write(part('file', png()).subarray(0, 120));
  await anotherAnswer(api.url);
  await api.api.stop();
  expect(await upload.answer).toBe('');
});

test('names the port that is taken', async () => {
  const api = await startApi();
  const { port } = api.api.address();
  const second = createApi({ ...api.resources, config: loadConfig({ PRESSROOM_PORT: String(port) }) });
  await expect(second.start()).rejects.toMatchObject({
    code: 'settings-invalid',
    message: `Cannot listen on 127.0.0.1:${port}: another program uses that port`,
  });
});

/** An answer to a later connection: the server has seen what was written before. */
async function anotherAnswer(url: string): Promise<void> {
  expect((await fetch(new URL('/health/live', url))).status).toBe(200);
}
