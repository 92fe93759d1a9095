/** The steps of a report with the real adapter of Gemini over HTTP, and a model that cites what is not there and breaks its JSON. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ObjectBehaviour } from '@pressroom/ai/gemini-stand-in';
import type { MapReportChunksOutput } from '@pressroom/domain';
import { type ReportPart, reportPartSchema } from '../src/services/report/report-part.ts';
import { complaintIn, type GeminiScene, openGeminiScene, promptOf, waterTexts } from './gemini-scene.ts';

let scene: GeminiScene;
let job: Awaited<ReturnType<GeminiScene['openJob']>>;

beforeAll(async () => {
  scene = await openGeminiScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  job = await scene.openJob({ embedded: true });
});

async function runMap(): Promise<{ output: MapReportChunksOutput; part: ReportPart }> {
  const output = (await job.runMap()).output as MapReportChunksOutput;
  return { output, part: reportPartSchema.parse(await scene.reports.read(output.part.storageKey)) };
}

/** Every citation's words stand in the chunk that it names. */
async function expectProven(part: ReportPart): Promise<void> {
  for (const { citations } of part.findings) {
    for (const { chunkId, quote, page } of citations) {
      expect(await job.chunkText(chunkId)).toContain(quote);
      expect(page).toBeGreaterThan(0);
    }
  }
}

test('a map of true citations takes one streamed call, with the schema and the passages in it', async () => {
  const { output, part } = await runMap();
  expect(output).toMatchObject({ provider: 'gemini', model: 'text-model', calls: 1, findings: 3 });
  expect(part.dropped).toEqual({ findings: 0, citations: 0 });
  await expectProven(part);
  const [call] = scene.calls();
  expect(call?.generationConfig).toMatchObject({ temperature: 0, responseMimeType: 'application/json' });
  expect(Object.keys(call?.generationConfig.responseSchema.properties ?? {})).toContain('openQuestions');
  for (const text of waterTexts) expect(promptOf(call)).toContain(text);
  expect(await job.usage()).toMatchObject({ made: 2, inputTokens: expect.any(Number), outputTokens: 1_290 });
});

test('a citation whose words are not in its chunk is sent back once, and put right', async () => {
  scene.gemini.objects.enqueue({ kind: 'bad-citation' });
  const { output, part } = await runMap();
  expect(scene.calls()).toHaveLength(2);
  expect(complaintIn(scene.calls()[1])).toMatch(/never written.*not in that passage/s);
  expect(output).toMatchObject({ findings: 3, calls: 2 });
  expect(part.dropped).toEqual({ findings: 0, citations: 0 });
  await expectProven(part);
});

test('what is not there the second time either is dropped and counted, and nothing is asked a third time', async () => {
  scene.gemini.objects.enqueue({ kind: 'bad-citation' }, { kind: 'bad-citation' });
  const { output, part } = await runMap();
  expect(scene.calls()).toHaveLength(2);
  expect(output).toMatchObject({ findings: 2, calls: 2 });
  expect(part.dropped).toEqual({ findings: 1, citations: 1 });
  await expectProven(part);
});

describe('an answer that is no JSON of the shape', () => {
  test.each<[ObjectBehaviour['kind'] & ('broken-json' | 'wrong-shape'), RegExp]>([
    ['broken-json', /no complete JSON/],
    ['wrong-shape', /summary: /],
  ])('%s is sent back once, and repaired', async (kind, words) => {
    scene.gemini.objects.enqueue({ kind });
    const { output } = await runMap();
    expect(scene.calls()).toHaveLength(2);
    expect(complaintIn(scene.calls()[1])).toMatch(words);
    expect(output).toMatchObject({ findings: 3, calls: 2 });
  });

  test.each(['broken-json', 'wrong-shape'] as const)(
    '%s twice is a named error, and the next attempt buys both calls anew',
    async (kind) => {
      scene.gemini.objects.enqueue({ kind }, { kind });
      await expect(job.runMap()).rejects.toMatchObject({
        code: 'provider-malformed-answer',
        facts: { task: 'report-map' },
      });
      expect(scene.calls()).toHaveLength(2);
      expect((await runMap()).output).toMatchObject({ findings: 3, calls: 1, saved: 0 });
      expect(scene.calls()).toHaveLength(3);
    },
  );

  test('and then one of a false citation are each sent back once', async () => {
    scene.gemini.objects.enqueue({ kind: 'broken-json' }, { kind: 'bad-citation' });
    const { output, part } = await runMap();
    expect(scene.calls()).toHaveLength(3);
    expect(output).toMatchObject({ findings: 3, calls: 3 });
    expect(part.dropped).toEqual({ findings: 0, citations: 0 });
  });
});

test.each<[string, ObjectBehaviour, object]>([
  ['a stream that ends early', { kind: 'early-end' }, { code: 'provider-unavailable' }],
  ['a stream with a piece that is no JSON', { kind: 'broken-event' }, { code: 'provider-malformed-answer' }],
  ['a stream that is cut', { kind: 'cut-mid-answer' }, { code: 'provider-unavailable' }],
  ['a stream that ends in a piece', { kind: 'truncated-json' }, { code: 'provider-unavailable' }],
  ['a blocked prompt', { kind: 'prompt-blocked' }, { code: 'safety-blocked' }],
  ['an answer blocked as unsafe', { kind: 'finish', reason: 'SAFETY' }, { code: 'safety-blocked' }],
  [
    'a request to wait',
    { kind: 'throttle', retryDelay: '33s' },
    { code: 'provider-throttled', retryAfterMs: 33_000 },
  ],
])('%s is named, after one call, and the next attempt has nothing of it', async (_, behaviour, error) => {
  scene.gemini.objects.enqueue(behaviour);
  await expect(job.runMap()).rejects.toMatchObject(error);
  expect(scene.calls()).toHaveLength(1);
  await scene.reports.forgetProviders();
  expect((await runMap()).output).toMatchObject({ findings: 3, calls: 1, saved: 0 });
});

describe('a report', () => {
  const question = 'Why did the northern pump fail?';

  test('of true answers has the findings of the map and an answer from the nearest passage', async () => {
    const report = await job.report(question);
    expect(report).toMatchObject({
      method: 'generated',
      makers: [{ provider: 'gemini', model: 'text-model' }],
      dropped: { findings: 0, citations: 0 },
      answer: { text: expect.stringContaining('bearings were dry'), citations: [{ page: 1 }] },
    });
    expect(report.findings).toHaveLength(3);
    expect(scene.calls()).toHaveLength(3);
  });

  test('that uses a finding that was not given is sent back once, and then goes without it', async () => {
    const mapped = await job.runMap();
    scene.forgetCalls();
    scene.gemini.objects.enqueue({ kind: 'bad-citation' });
    expect((await job.runReduce(mapped)).findings).toHaveLength(3);
    expect(scene.calls()).toHaveLength(2);
    expect(complaintIn(scene.calls()[1])).toMatch(/there is no finding 10 in the list/);
  });

  test('whose answer cites what is not there, twice, has no answer, and counts the citation', async () => {
    const mapped = await job.runMap();
    scene.forgetCalls();
    scene.gemini.objects.enqueue({ kind: 'object' }, { kind: 'bad-citation' }, { kind: 'bad-citation' });
    expect(await job.runReduce(mapped, question)).toMatchObject({
      answer: { text: 'The documents do not answer this question.', citations: [] },
      dropped: { findings: 0, citations: 1 },
    });
    expect(scene.calls()).toHaveLength(3);
  });
});
