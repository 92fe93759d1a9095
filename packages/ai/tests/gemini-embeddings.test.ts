/** The embeddings of Gemini over HTTP, with a server that speaks its wire format and misbehaves. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EmbeddingRequest, type ErrorCode, PressroomError } from '@pressroom/domain';
import { createGeminiEmbeddings, type GeminiEmbeddingsOptions } from '../src/index.ts';
import {
  type EmbeddingBehaviour,
  type GeminiStandIn,
  startGeminiStandIn,
} from '../src/stand-in/gemini-stand-in.ts';

const apiKey = 'AIza-secret-key-that-nobody-may-see';
const texts = ['The northern pump failed.', 'The river is clean.', 'Another pump failed as well.'];
let standIn: GeminiStandIn;

beforeAll(async () => {
  standIn = await startGeminiStandIn({ apiKey, models: ['vector-model'] });
});
afterAll(() => standIn.close());

function portOf(options: Partial<GeminiEmbeddingsOptions> = {}) {
  return createGeminiEmbeddings({
    apiKey,
    baseUrl: `${standIn.url}/`,
    embeddingModel: 'vector-model',
    embeddingDimensions: 256,
    timeout: { baseMs: 20_000, extensionMs: 0, thresholdMs: 19_000 },
    ...options,
  });
}

function embed(request: Partial<EmbeddingRequest> = {}, options: Partial<GeminiEmbeddingsOptions> = {}) {
  const signal = new AbortController().signal;
  return portOf(options).embed({ texts, purpose: 'document', signal, ...request });
}

async function failureOf(call: Promise<unknown>): Promise<PressroomError> {
  const outcome: unknown = await call.catch((error: unknown) => error);
  if (!(outcome instanceof PressroomError)) throw outcome;
  return outcome;
}

test('sends a batch with its purpose and its dimensions, and gives unit vectors in order', async () => {
  const answer = await embed();
  const body = standIn.embeddings.calls.at(-1)?.body;
  expect(body?.requests.map(({ content }) => content.parts[0]?.text)).toEqual(texts);
  expect(body?.requests[0]).toMatchObject({
    model: 'models/vector-model',
    taskType: 'RETRIEVAL_DOCUMENT',
    outputDimensionality: 256,
  });
  expect(answer).toMatchObject({ provider: 'gemini', model: 'vector-model' });
  expect(answer.tokens).toBeGreaterThan(10);
  const [pump, river, another] = answer.vectors.map((vector) => Array.from(vector)) as [
    number[],
    number[],
    number[],
  ];
  for (const vector of [pump, river, another]) {
    expect(vector).toHaveLength(256);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  }
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  expect(dot(pump, another)).toBeGreaterThan(dot(pump, river));
});

test('tells a question from a passage', async () => {
  await embed({ texts: ['Why did it fail?'], purpose: 'query' });
  expect(standIn.embeddings.calls.at(-1)?.body.requests[0]?.taskType).toBe('RETRIEVAL_QUERY');
});

test('takes as many texts as the API does, and more are refused by it', async () => {
  const { maxEmbeddingTexts } = portOf();
  const many = Array.from({ length: maxEmbeddingTexts }, (_, index) => `Passage number ${index}.`);
  expect((await embed({ texts: many })).vectors).toHaveLength(maxEmbeddingTexts);
  expect((await failureOf(embed({ texts: [...many, 'one more'] }))).code).toBe('provider-refused');
});

const misbehaviours: readonly (readonly [string, EmbeddingBehaviour, ErrorCode])[] = [
  ['one vector too few', { kind: 'wrong-number' }, 'provider-malformed-answer'],
  ['vectors of another length', { kind: 'wrong-length' }, 'provider-malformed-answer'],
  ['vectors without a direction', { kind: 'zero-vectors' }, 'provider-malformed-answer'],
  ['JSON that ends early', { kind: 'truncated-json' }, 'provider-malformed-answer'],
  ['JSON that is no object', { kind: 'not-an-object' }, 'provider-malformed-answer'],
  ['an answer without vectors', { kind: 'finish', reason: 'STOP' }, 'provider-malformed-answer'],
  ['a bad request', { kind: 'status', status: 400 }, 'provider-refused'],
  ['a missing permission', { kind: 'status', status: 403 }, 'provider-misconfigured'],
  ['an overloaded server', { kind: 'status', status: 503 }, 'provider-unavailable'],
  ['a cut connection', { kind: 'cut-connection' }, 'provider-unavailable'],
  ['a connection cut in the answer', { kind: 'cut-mid-answer' }, 'provider-unavailable'],
  [
    'a redirect to another host',
    { kind: 'redirect', location: 'http://127.0.0.1:9/' },
    'provider-unavailable',
  ],
];

test.each(misbehaviours)('%s is named in the registry, after one call', async (_name, behaviour, code) => {
  standIn.embeddings.enqueue(behaviour);
  const before = standIn.embeddings.calls.length;
  expect((await failureOf(embed())).code).toBe(code);
  expect(standIn.embeddings.calls.length).toBe(before + 1);
});

test('asked to wait, tells how long', async () => {
  standIn.embeddings.enqueue({ kind: 'throttle', retryDelay: '17.5s' });
  expect(await failureOf(embed())).toMatchObject({ code: 'provider-throttled', retryAfterMs: 17_500 });
});

test('a wrong key and an unknown model are faults of the set-up, and the key is in no error', async () => {
  standIn.embeddings.enqueue({ kind: 'status', status: 500, message: `Cannot serve ${apiKey}` });
  const echoed = await failureOf(embed());
  expect(`${JSON.stringify(echoed)} ${(echoed.cause as Error).stack}`).not.toContain(apiKey);
  expect((await failureOf(embed({}, { apiKey: 'another-key' }))).code).toBe('provider-misconfigured');
  expect((await failureOf(embed({}, { embeddingModel: 'none' }))).code).toBe('provider-misconfigured');
});

test('is bounded in time and in bytes, and ends with the reason of the signal', async () => {
  await using server = await startGeminiStandIn({ apiKey, models: ['vector-model'] });
  server.embeddings.enqueue({ kind: 'hang' }, { kind: 'endless-answer' }, { kind: 'hang' });
  const timeout = { baseMs: 300, extensionMs: 0, thresholdMs: 200 };
  expect((await failureOf(embed({}, { baseUrl: server.url, timeout }))).code).toBe('provider-timeout');
  await server.hungUp(1);
  const endless = await failureOf(embed({}, { baseUrl: server.url }));
  expect(endless).toMatchObject({ code: 'provider-malformed-answer', facts: { maxBytes: 16_000_000 } });
  await server.hungUp(2);
  const controller = new AbortController();
  const reason = new Error('the job was cancelled');
  const call = embed({ signal: controller.signal }, { baseUrl: server.url });
  await server.embeddings.called(3);
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  await server.hungUp(3);
});
