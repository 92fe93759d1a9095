import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AssetStore, ingestRoutes, type StageRecord, storageKeys } from '@pressroom/domain';
import { accountId, type IngestRun, ingestHarness, rejectionOf, stepId } from './ingest-harness.ts';
import { quarters } from './test-pictures.ts';

let harness: Awaited<ReturnType<typeof ingestHarness>>;
beforeAll(async () => {
  harness = await ingestHarness();
});
afterAll(() => harness.close());

const stages = ingestRoutes.image;
const pictures = {
  photo: async () => (await quarters(96, 64)).jpeg().toBuffer(),
  drawing: async () =>
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="9" height="9"/></svg>',
    ),
};

/** Runs until the process "dies": just before the transition of `stage` is saved, so the stage has not finished. */
async function crashBefore(stage: string, assetId: string): Promise<StageRecord | undefined> {
  let last: StageRecord | undefined;
  const error = await rejectionOf(
    harness.run(assetId, {
      beforeSave: (record, timing) => {
        if (timing.stage === stage) throw new Error('power cut');
        last = JSON.parse(JSON.stringify(record)) as StageRecord;
      },
    }),
  );
  expect(error.message).toBe('power cut');
  return last;
}

function ran(run: IngestRun): readonly string[] {
  return run.timings.map((timing) => timing.stage);
}

test.each(stages.flatMap((stage) => [['photo', stage] as const, ['drawing', stage] as const]))(
  'a %s goes on at %s with another handler, and earlier stages are not run again',
  async (sort, stage) => {
    const bytes = await pictures[sort]();
    const undisturbed = await harness.ingest(bytes);
    expect(ran(undisturbed)).toEqual(stages);
    const assetId = await harness.upload(bytes);
    const last = await crashBefore(stage, assetId);
    const resumed = await harness.run(assetId, { stage: last });
    expect(ran(resumed)).toEqual(stages.slice(stages.indexOf(stage)));
    expect(resumed.result.output.normalised.sha256).toBe(undisturbed.result.output.normalised.sha256);
    expect(resumed.result.output.thumbnail.sha256).toBe(undisturbed.result.output.thumbnail.sha256);
  },
);

test('a step that died after its last transition gives the same result without running anything', async () => {
  const assetId = await harness.upload(await pictures.photo());
  const first = await harness.run(assetId);
  const again = await harness.run(assetId, { stage: first.records.at(-1) });
  expect(ran(again)).toEqual([]);
  expect(again.result).toEqual(JSON.parse(JSON.stringify(first.result)));
});

test('a drawing is not drawn again after extract: only the work file is read', async () => {
  const assetId = await harness.upload(await pictures.drawing());
  const last = await crashBefore('normalise', assetId);
  const read: string[] = [];
  const store: AssetStore = {
    ...bound(harness.store),
    get: (key, options) => {
      read.push(key);
      return harness.store.get(key, options);
    },
    getBytes: (key, options) => {
      read.push(key);
      return harness.store.getBytes(key, options);
    },
  };
  await harness.run(assetId, { stage: last, store });
  expect(read).toEqual([storageKeys.work(stepId, 'intermediate.png')]);
});

test('a superseded attempt stops at its first save and reports nothing else', async () => {
  const assetId = await harness.upload(await pictures.photo());
  let saves = 0;
  const error = await rejectionOf(
    harness.run(assetId, {
      beforeSave: () => {
        saves += 1;
        throw new Error('superseded');
      },
    }),
  );
  expect([error.message, saves]).toEqual(['superseded', 1]);
});

test('work files are gone once the step is through, and the pictures stay', async () => {
  const run = await harness.ingest(await pictures.drawing());
  for (const name of ['intermediate.png', 'normalised.jpg', 'thumbnail.jpg']) {
    expect(await harness.store.stat(storageKeys.work(stepId, name))).toBeUndefined();
  }
  const { sha256, bytes } = run.result.output.normalised;
  expect(await harness.store.stat(storageKeys.content(accountId, sha256))).toEqual({ bytes });
});

test('an abort at any stage throws its own reason and reports no failed stage', async () => {
  for (const stage of stages) {
    const controller = new AbortController();
    const assetId = await harness.upload(await pictures.photo());
    const codes: unknown[] = [];
    const error = await rejectionOf(
      harness.run(assetId, {
        signal: controller.signal,
        beforeSave: (_record, timing) => {
          codes.push(timing.errorCode);
          if (timing.stage === stage) controller.abort(new Error(`cancelled in ${stage}`));
        },
      }),
    ).catch(() => undefined);
    // The abort comes with the last save, when there is nothing left to stop.
    if (stage === 'store') continue;
    expect(error?.message).toBe(`cancelled in ${stage}`);
    expect(codes.filter((code) => code !== undefined)).toEqual([]);
  }
});

function bound(store: AssetStore): AssetStore {
  return {
    put: store.put.bind(store),
    putByContent: store.putByContent.bind(store),
    get: store.get.bind(store),
    getBytes: store.getBytes.bind(store),
    stat: store.stat.bind(store),
    delete: store.delete.bind(store),
    deletePrefix: store.deletePrefix.bind(store),
    sweepIncoming: store.sweepIncoming.bind(store),
    check: store.check.bind(store),
  };
}
