/** The two steps of a report that ask a provider, with a provider that lies: what it cites is looked up before it is believed. */
import { expect, test } from '@jest/globals';
import type {
  ChildStep,
  DeliveredObject,
  DocumentStore,
  IngestDocumentOutput,
  ObjectOrder,
  ObjectService,
  OfflineMaker,
  StoredChunk,
} from '@pressroom/domain';
import { extractiveMakers, type MapAnswer, type Report } from '@pressroom/reports';
import { openLocalStore } from '@pressroom/storage';
import { sequentialIds, temporaryFolder } from '@pressroom/testing';
import { createMapReportChunksHandler, createReduceReportHandler } from '../src/index.ts';
import { stepContext } from './report-scene.ts';

const digest = 'd'.repeat(64);
const texts = [
  'The northern pump failed twice in March because its bearings were dry. The repair cost € 48,200 and took 12 days.',
  'The water authority tested the river every week of the year. Nitrate stayed below 25 mg in all of the samples.',
  'The hospital has no tank of its own, so a failed pump is a danger to its supply. A second pump was ordered in May.',
];
const chunks = texts.map(
  (text, position): StoredChunk => ({
    id: `chunk-${position}`,
    digest,
    position,
    page: position + 1,
    lastPage: position + 1,
    start: position * 200,
    end: position * 200 + text.length,
    headings: ['Water works'],
    text,
    tokens: 30,
  }),
);
const documents = {
  chunks: (_account: string, _digest: string, { from, limit }: { from: number; limit: number }) =>
    Promise.resolve(chunks.slice(from, from + limit)),
} as unknown as DocumentStore;

interface Asked {
  readonly task: string;
  readonly problems: readonly string[] | undefined;
}

const offline: Readonly<Record<string, OfflineMaker>> = extractiveMakers;

/** Answers from a script, then as the offline provider does. */
function provider(script: readonly unknown[] = []): ObjectService & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    asked,
    generateObject: <Value>({ task, revision }: ObjectOrder<Value>): Promise<DeliveredObject<Value>> => {
      const value = script[asked.length] ?? offline[task.name]?.make(task.material);
      asked.push({ task: task.name, problems: revision?.problems });
      return Promise.resolve({
        value: task.schema.parse(value),
        text: JSON.stringify(value),
        provider: 'gemini',
        model: 'text-model',
        calls: 1,
        saved: 0,
      });
    },
  };
}

async function stand(objects: ObjectService) {
  const { path } = await temporaryFolder();
  const store = await openLocalStore({ folder: path });
  const deps = { objects, documents, embeddings: undefined, store, ids: sequentialIds() };
  return { store, map: createMapReportChunksHandler(deps), reduce: createReduceReportHandler(deps) };
}

const mapInput = { document: 0, digest, language: 'en', from: 0, count: 3, most: 3 };
const ingested: ChildStep = {
  stepId: 'step_0',
  key: 'ingest-0',
  handler: 'ingest-document',
  itemIndex: 0,
  status: 'succeeded',
  output: {
    digest,
    format: 'text',
    title: 'Water works',
    language: 'en',
    characters: 600,
    chunks: 3,
    tokens: 90,
    source: { assetId: 'a', storageKey: 'k', mediaType: 'text/plain', bytes: 1, sha256: digest },
    document: { assetId: 'a', storageKey: 'k', mediaType: 'text/plain', bytes: 1, sha256: digest },
    reused: false,
  } satisfies IngestDocumentOutput,
};
const reduceInput = { batchesPerDocument: 8, documents: ['asset_1'] };

function lie(...quotes: readonly string[]): MapAnswer {
  return {
    summary: 'A summary.',
    findings: quotes.map((quote, passage) => ({
      title: `Finding ${passage}`,
      detail: `What finding ${passage} says of it.`,
      severity: 'high',
      confidence: 0.9,
      citations: [{ passage, quote }],
    })),
    entities: [],
    figures: [],
    openQuestions: [],
  };
}

async function readPart(
  store: Awaited<ReturnType<typeof stand>>['store'],
  reference: { storageKey: string },
): Promise<unknown> {
  return JSON.parse((await store.getBytes(reference.storageKey, { maxBytes: 1e6 })).toString());
}

test('an answer that quotes what is not there is sent back once with the reasons, and the second one is used', async () => {
  const objects = provider([
    lie('the northern pump failed thrice', 'tested the river every week'),
    lie('the northern pump failed twice', 'tested the river every week'),
  ]);
  const { store, map } = await stand(objects);
  const { output } = await map(stepContext<'map-report-chunks'>(mapInput));
  expect(objects.asked).toHaveLength(2);
  expect(objects.asked[1]?.problems).toEqual([expect.stringMatching(/failed thrice.*not in that passage/)]);
  expect(output).toMatchObject({ findings: 2, calls: 2, chunksRead: 3 });
  expect(await readPart(store, output.part)).toMatchObject({
    findings: [{ citations: [{ document: 0, page: 1, chunkId: 'chunk-0' }] }, { citations: [{ page: 2 }] }],
    dropped: { findings: 0, citations: 0 },
  });
});

test('what is still not there in the second answer is dropped and counted, and nothing is asked a third time', async () => {
  const wrong = lie(
    'the northern pump failed thrice',
    'tested the river every week',
    'the hospital was closed',
  );
  const objects = provider([wrong, wrong]);
  const { store, map } = await stand(objects);
  const { output } = await map(stepContext<'map-report-chunks'>(mapInput));
  expect(objects.asked).toHaveLength(2);
  expect(output.findings).toBe(1);
  expect(await readPart(store, output.part)).toMatchObject({
    findings: [{ title: 'Finding 1' }],
    dropped: { findings: 2, citations: 2 },
  });
});

test('a reduction first asks for a step for each batch, then uses what they found and asks for nothing more', async () => {
  const objects = provider();
  const { store, map, reduce } = await stand(objects);
  const first = await reduce(stepContext<'reduce-report'>(reduceInput, [ingested]));
  if (!('expand' in first)) throw new Error('It asked for no steps');
  expect(first.expand).toMatchObject([
    { key: 'map-0-0', itemIndex: 0, credits: 1, input: { from: 0, count: 3 } },
  ]);

  const { output: part } = await map(stepContext<'map-report-chunks'>(mapInput));
  const mapped: ChildStep = {
    stepId: 'step_2',
    key: 'map-0-0',
    handler: 'map-report-chunks',
    itemIndex: 0,
    status: 'succeeded',
    output: part,
  };
  const question = 'What did the repair cost?';
  const second = await reduce(stepContext<'reduce-report'>({ ...reduceInput, question }, [ingested, mapped]));
  if ('expand' in second) throw new Error('It asked for steps again');
  const report = (await readPart(store, second.output.report)) as Report;
  expect(report).toMatchObject({ title: 'Water works', question, documents: [{ chunks: 3, chunksRead: 3 }] });
  expect(report.answer?.text).toContain('€ 48,200');
  expect(report.answer?.citations[0]).toMatchObject({ chunkId: 'chunk-0', page: 1 });
  expect(report.findings.length).toBeGreaterThanOrEqual(3);
  for (const { citations } of report.findings) {
    for (const { chunkId, quote } of citations) {
      expect(chunks.find(({ id }) => id === chunkId)?.text).toContain(quote);
    }
  }
});

test('a report of which no document could be read is none', async () => {
  const { reduce } = await stand(provider());
  const failed: ChildStep = { ...ingested, status: 'failed', output: undefined };
  await expect(reduce(stepContext<'reduce-report'>(reduceInput, [failed]))).rejects.toMatchObject({
    code: 'nothing-to-report',
  });
});

test('a name is counted as words of the passages, and one that is not in them is dropped', async () => {
  const said: MapAnswer = {
    ...lie('the northern pump failed twice'),
    entities: [
      { name: 'Northern  Pump', kind: 'other' },
      { name: 'pump', kind: 'other' },
      // In “water”, and in “the”; no word of its own.
      { name: 'ate', kind: 'other' },
      { name: 'Ministry of Tides', kind: 'organisation' },
      // A word that a model writes without the hyphen of the text.
      { name: 'failedpump', kind: 'other' },
    ],
  };
  const { store, map } = await stand(provider([said]));
  const { output } = await map(stepContext<'map-report-chunks'>(mapInput));
  const { entities } = (await readPart(store, output.part)) as { entities: object[] };
  expect(entities).toEqual([
    { name: 'Northern  Pump', kind: 'other', mentions: 1 },
    { name: 'pump', kind: 'other', mentions: 3 },
    { name: 'failedpump', kind: 'other', mentions: 1 },
  ]);
});

test('a document without a title goes by the name that it was given with, and a citation names the passage', async () => {
  const { store, map, reduce } = await stand(provider());
  const { output: part } = await map(stepContext<'map-report-chunks'>(mapInput));
  const mapped: ChildStep = { ...ingested, key: 'map-0-0', handler: 'map-report-chunks', output: part };
  const untitled = (names: readonly string[] | undefined): Promise<Report> =>
    reduce(
      stepContext<'reduce-report'>({ ...reduceInput, names }, [
        { ...ingested, output: { ...(ingested.output as IngestDocumentOutput), title: undefined } },
        mapped,
      ]),
    ).then(async (result) => {
      if ('expand' in result) throw new Error('It asked for steps again');
      return (await readPart(store, result.output.report)) as Report;
    });
  const report = await untitled(['pumps.txt']);
  expect(report.title).toBe('pumps.txt');
  expect(report.documents[0]?.title).toBe('pumps.txt');
  for (const { citations } of report.findings)
    for (const { chunkId, passage } of citations) expect(chunkId).toBe(`chunk-${Number(passage) - 1}`);
  // Jobs that were accepted before names could be given.
  expect((await untitled(undefined)).documents[0]?.title).toBe('Document 1');
});

test('the figures of a report come from all of its parts', async () => {
  const { store, map, reduce } = await stand(
    provider(
      Array.from({ length: 4 }, (_, batch) => ({
        ...lie('the northern pump failed twice'),
        figures: Array.from({ length: 20 }, (__, index) => ({
          value: `${batch * 20 + index} days`,
          meaning: 'A time.',
          passage: 0,
          quote: 'The repair cost € 48,200 and took 12 days.',
        })),
      })),
    ),
  );
  const parts: ChildStep[] = [];
  for (let batch = 0; batch < 4; batch += 1) {
    const { output } = await map(stepContext<'map-report-chunks'>(mapInput));
    parts.push({
      ...ingested,
      stepId: `step_${batch}`,
      key: `map-0-${batch}`,
      handler: 'map-report-chunks',
      output,
    });
  }
  const result = await reduce(stepContext<'reduce-report'>(reduceInput, [ingested, ...parts]));
  if ('expand' in result) throw new Error('It asked for steps again');
  const { figures } = (await readPart(store, result.output.report)) as Report;
  expect(figures).toHaveLength(40);
  expect(figures[0]?.value).toBe('0 days');
  expect(Number.parseInt(figures.at(-1)?.value ?? '', 10)).toBeGreaterThan(75);
});
