/** What the system costs around the work: one photo to one PDF over HTTP, against the same handlers called one after the other. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createGenerationProvider } from '@pressroom/ai';
import type { ChildStep, HandlerName } from '@pressroom/domain';
import { systemClock, systemIds } from '@pressroom/domain';
import { createGeneratePictureHandler } from '@pressroom/generate-worker';
import { createHeicDecoder, createIngestImageHandler } from '@pressroom/ingest-worker';
import { createPictureBookRenderer, createRenderPictureBookHandler } from '@pressroom/pdf-worker';
import type { ResourceScope } from '@pressroom/runtime';
import { openLocalStore } from '@pressroom/storage';
import { temporaryFolder } from '@pressroom/testing';
import { drawPhotos } from '../../system/drawn-photos.ts';
import { startSystem } from '../../system/running-system.ts';
import { flowBackends } from '../flows/flow-settings.ts';
import type { BenchContext, Measurement, Scenario } from '../scenario.ts';
import { median, percentile, timed } from '../statistics.ts';
import { directContext } from './step-context.ts';
import { storePhotos } from './stored-photos.ts';

export const bookOverhead: Scenario = {
  name: 'overhead',
  about:
    'one photo, submit to PDF over HTTP on an idle system of four processes, against its handlers called directly',
  run: async (context) => {
    const measurements: Measurement[] = [];
    for (const backend of flowBackends) measurements.push(await measure(backend, context));
    return measurements;
  },
};

async function measure(
  backend: (typeof flowBackends)[number],
  { scope, quick, tell }: BenchContext,
): Promise<Measurement> {
  const warmUp = quick ? 1 : 5;
  const pairs = quick ? 1 : 25;
  // Each photo once: a picture that the account has bought is not made again, and would cost the system nothing.
  const paths = await drawPhotos(warmUp + pairs, { width: 1_600, height: 1_200 });
  const system = await scope.use(
    `system on ${backend}`,
    () => startSystem(backend),
    (started) => started.close(),
  );
  const direct = await openDirect(paths, scope);
  const assets: string[] = [];
  for (const path of paths) assets.push((await system.client.uploadAsset(path)).id);
  const throughSystem = async (index: number): Promise<void> => {
    const submitted = await system.client.submitJob({
      kind: 'picture-book',
      onItemFailure: 'fail',
      input: {
        photos: [{ assetId: assets[index] ?? '' }],
        style: 'colouring-page',
        title: 'A book',
      },
    });
    const job = await system.client.waitForJob(submitted.id);
    if (job.status !== 'succeeded') throw new Error(`Job ${job.id} has ${job.status}`);
  };
  const times = { ours: [] as number[], direct: [] as number[] };
  for (let index = 0; index < warmUp + pairs; index += 1) {
    const oursMs = await timed(() => throughSystem(index));
    const directMs = await timed(() => direct(index));
    if (index < warmUp) continue;
    times.ours.push(oursMs);
    times.direct.push(directMs);
  }
  tell(`${backend}: ${median(times.ours).toFixed(0)} ms, direct ${median(times.direct).toFixed(0)} ms`);
  await system.close();
  return {
    name: `one-photo book on ${backend}, p50`,
    unit: 'ms',
    ours: median(times.ours),
    limit: median(times.direct),
    compared: median(times.ours.map((ms, index) => ms - (times.direct[index] ?? Number.NaN))),
    aim: { comparison: 'difference', atMost: 40 },
    facts: { pairs, oursP95: percentile(times.ours, 0.95), limitP95: percentile(times.direct, 0.95) },
  };
}

/** The three handlers in this process, warmed like the workers: same store, same threads, no queue and no record. */
async function openDirect(
  paths: readonly string[],
  scope: ResourceScope,
): Promise<(index: number) => Promise<void>> {
  const folder = await scope.use('direct folder', temporaryFolder, (opened) => opened.remove());
  const store = await scope.use(
    'direct store',
    () => openLocalStore({ folder: join(folder.path, 'store') }),
    (opened) => opened.close(),
  );
  const photos = await storePhotos(store, 'bench', paths);
  const decoder = await scope.use('HEIC decoder', createHeicDecoder, (opened) => opened.close());
  const provider = await scope.use(
    'provider',
    () => createGenerationProvider({ offline: { threads: 1 } }),
    (opened) => opened.close(),
  );
  const renderer = await scope.use(
    'renderer',
    () => createPictureBookRenderer({ threads: 1 }),
    (opened) => opened.close(),
  );
  const ids = systemIds;
  const ingest = createIngestImageHandler({
    store,
    findAsset: (_, assetId) => Promise.resolve(photos.find((photo) => photo.assetId === assetId)),
    limits: { maxBytes: 100_000_000, maxPixels: 100_000_000, maxFrames: 500 },
    clock: systemClock,
    ids,
    decoder,
  });
  const generate = createGeneratePictureHandler({
    generation: {
      generatePicture: async (order) => ({ ...(await provider.generatePicture(order)), saved: false }),
    },
    store,
    ids,
    memoryBytes: 1,
  });
  const temporary = await mkdtemp(join(folder.path, 'pages-'));
  const render = createRenderPictureBookHandler({ store, ids, renderer, temporaryFolder: temporary });
  return async (index) => {
    const assetId = photos[index]?.assetId ?? '';
    const ingested = await ingest(directContext<'ingest-image'>(ids.next('step'), { assetId, index: 0 }));
    const generated = await generate(
      directContext<'generate-picture'>(ids.next('step'), { index: 0, style: 'colouring-page' }, [
        succeeded('ingest-image', ingested.output),
      ]),
    );
    await render(
      directContext<'render-picture-book'>(
        ids.next('step'),
        { title: 'A book', pageSize: 'A4', language: 'en', captions: [''] },
        [succeeded('generate-picture', generated.output)],
      ),
    );
  };
}

function succeeded(handler: HandlerName, output: unknown): ChildStep {
  return { stepId: 'bench', key: handler, handler, itemIndex: 0, status: 'succeeded', output };
}
