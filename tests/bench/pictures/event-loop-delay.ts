/** Whether the API still answers while the same process makes books: the all-in-one, as `npm start` runs it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createPressroomClient } from '@pressroom/client';
import { repositoryRoot, startProcess, temporaryFolder } from '@pressroom/testing';
import type { BenchContext, Scenario } from '../scenario.ts';
import { median, percentile, timed } from '../statistics.ts';
import { drawCameraPhotos } from './camera-photos.ts';

/** Milliseconds between two requests of the visitor. */
const requestEveryMs = 20;

export const eventLoopDelay: Scenario = {
  name: 'event-loop',
  about:
    'event-loop delay of the all-in-one while it makes books of 12-megapixel photos and answers requests',
  run: async (context) => {
    const { scope, quick } = context;
    const photos = await scope.use('photo folder', temporaryFolder, (opened) => opened.remove());
    const paths = await drawCameraPhotos(photos.path, quick ? 2 : 12);
    const { url, apiKey } = await startAllInOne(context);
    const client = await scope.use(
      'client',
      () => createPressroomClient({ baseUrl: url, apiKey }),
      (opened) => opened.close(),
    );
    const assets: { assetId: string }[] = [];
    for (const path of paths) assets.push({ assetId: (await client.uploadAsset(path)).id });
    const makeBook = async (chosen: typeof assets, title: string): Promise<void> => {
      const submitted = await client.submitJob({
        kind: 'picture-book',
        onItemFailure: 'fail',
        input: { photos: chosen, style: 'colouring-page', title },
      });
      const job = await client.waitForJob(submitted.id);
      if (job.status !== 'succeeded') throw new Error(`Job ${job.id} has ${job.status}`);
    };
    await makeBook(assets.slice(0, 1), 'Warm-up');
    // The histogram behind the metric begins anew with each scrape.
    await scrape(url);
    const latencies: number[] = [];
    const books = Promise.all([makeBook(assets, 'One'), makeBook(assets, 'Two')]);
    let making = true;
    const made = books.finally(() => {
      making = false;
    });
    while (making) {
      latencies.push(await timed(() => client.account()));
      await pause(requestEveryMs);
    }
    await made;
    const lag = await scrape(url);
    return [
      {
        name: 'event-loop delay of the all-in-one, p99',
        unit: 'ms',
        ours: lag('p99'),
        aim: { comparison: 'value', atMost: 50 },
        facts: {
          source: 'nodejs_eventloop_lag_* of its /metrics; 10 ms of each value are the sampling timer itself',
          p50: lag('p50'),
          p90: lag('p90'),
          max: lag('max'),
          requestsAnswered: latencies.length,
        },
      },
      {
        name: '· its answer to GET /api/account meanwhile, p99',
        unit: 'ms',
        ours: percentile(latencies, 0.99),
        facts: { p50: median(latencies), max: percentile(latencies, 1) },
      },
    ];
  },
};

async function startAllInOne({ servers, scope }: BenchContext): Promise<{ url: string; apiKey: string }> {
  const data = await scope.use('data folder', temporaryFolder, (opened) => opened.remove());
  const started = await scope.use(
    'all-in-one',
    async () =>
      startProcess({
        command: process.execPath,
        args: ['--enable-source-maps', join(repositoryRoot(), 'apps/all-in-one/dist/src/main.js')],
        env: {
          DATABASE_URL: await servers.database(),
          PRESSROOM_DATA_FOLDER: data.path,
          PRESSROOM_PORT: '0',
          PRESSROOM_REQUESTS_PER_MINUTE: '1000000',
        },
      }),
    (opened) => opened.stop(30_000),
  );
  await started.waitForLine(/"msg":"all-in-one is up"/);
  const port = /"port":(\d+)/.exec(started.lines.find((line) => line.includes('The API listens')) ?? '')?.[1];
  return {
    url: `http://127.0.0.1:${port}`,
    apiKey: (await readFile(join(data.path, 'api-key'), 'utf8')).trim(),
  };
}

/** The figures of the delay since the scrape before, in milliseconds. */
async function scrape(url: string): Promise<(figure: 'p50' | 'p90' | 'p99' | 'max') => number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  return (figure) => {
    const value = new RegExp(`^nodejs_eventloop_lag_${figure}_seconds\\S* (\\S+)`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`The metrics have no nodejs_eventloop_lag_${figure}_seconds`);
    return Number(value) * 1_000;
  };
}
