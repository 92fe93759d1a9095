/**
 * Vectors as the workers get them: the real ports behind the breaker, the budgets and the stored results of the real record (invariant 4),
 * Gemini over HTTP.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EmbeddingConfig, openEmbeddingService } from '@pressroom/ai';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { createProviderCallStore, listJobUsage } from '@pressroom/database';
import {
  type Caller,
  type EmbeddingOrder,
  type EmbeddingService,
  silentLog,
  systemClock,
  systemIds,
} from '@pressroom/domain';
import { type DocumentHarness, documentHarness } from './document-harness.ts';

const apiKey = 'stand-in-key-of-the-tests';
const texts = ['The northern pump failed.', 'The river is clean.'];
let harness: DocumentHarness;
let gemini: GeminiStandIn;
let caller: Caller;

beforeAll(async () => {
  harness = await documentHarness();
  gemini = await startGeminiStandIn({ apiKey, models: ['vector-model'] });
});
afterAll(async () => {
  await gemini.close();
  await harness.close();
});
beforeEach(async () => {
  caller = await newCaller();
  await harness.sql('delete from provider_states');
});

/** An account, a job and a step that nothing was bought for. */
async function newCaller(): Promise<Caller> {
  const accountId = await harness.addAccount(systemIds.next('acct'));
  const jobId = await harness.addJob(accountId);
  return { accountId, jobId, stepId: systemIds.next('step') };
}

function serviceOf(config: Partial<EmbeddingConfig & { kind: 'gemini' }> = {}): EmbeddingService {
  return openEmbeddingService(
    {
      kind: 'gemini',
      apiKey,
      baseUrl: gemini.url,
      embeddingModel: 'vector-model',
      embeddingDimensions: 128,
      timeout: { baseMs: 20_000, extensionMs: 0, thresholdMs: 19_000 },
      breaker: { failures: 2, recoveryMs: 3_600_000 },
      ...config,
    },
    optionsOf(),
  );
}

function optionsOf() {
  const calls = createProviderCallStore(harness.database);
  return { calls, assets: harness.store, clock: systemClock, log: silentLog };
}

function orderOf(order: Partial<EmbeddingOrder> = {}): EmbeddingOrder {
  return { texts, purpose: 'document', caller, signal: new AbortController().signal, ...order };
}

const usage = async () => (await listJobUsage(harness.database.executor, [caller.jobId])).get(caller.jobId);
const bought = (): number => gemini.embeddings.calls.length;

describe('what an account has bought', () => {
  test('is found, bit for bit, by any process, and its use is told', async () => {
    const before = bought();
    const first = await serviceOf().embed(orderOf());
    const again = await serviceOf().embed(orderOf());
    expect([first.saved, again.saved]).toEqual([false, true]);
    expect(again.vectors).toEqual(first.vectors);
    expect(again.vectors).toHaveLength(2);
    expect(bought()).toBe(before + 1);
    expect(await usage()).toMatchObject({ made: 1, offline: 0, saved: 1, inputTokens: first.tokens });
  });

  test('is bought once when two steps want it at the same time', async () => {
    const before = bought();
    const other = { ...caller, stepId: systemIds.next('step') };
    const both = await Promise.all([
      serviceOf().embed(orderOf()),
      serviceOf().embed(orderOf({ caller: other })),
    ]);
    expect(both.filter(({ saved }) => saved)).toHaveLength(1);
    expect(bought()).toBe(before + 1);
  });

  test.each<[string, () => Promise<[Partial<EmbeddingOrder>, EmbeddingService?]>]>([
    ['by another account', async () => [{ caller: await newCaller() }]],
    ['for questions', () => Promise.resolve([{ purpose: 'query' }])],
    ['in another order', () => Promise.resolve([{ texts: texts.toReversed() }])],
    ['cut elsewhere', () => Promise.resolve([{ texts: [texts.join('')] }])],
    ['with other dimensions', () => Promise.resolve([{}, serviceOf({ embeddingDimensions: 256 })])],
  ])('is not found %s', async (_, other) => {
    await serviceOf().embed(orderOf());
    const before = bought();
    const [order, service = serviceOf()] = await other();
    expect((await service.embed(orderOf(order))).saved).toBe(false);
    expect(bought()).toBe(before + 1);
  });

  test('offline is kept and counted likewise', async () => {
    const service = openEmbeddingService({ kind: 'offline' }, optionsOf());
    const first = await service.embed(orderOf());
    const again = await service.embed(orderOf());
    expect([first.saved, again.saved]).toEqual([false, true]);
    expect(again.vectors).toEqual(first.vectors);
    expect(await usage()).toMatchObject({ made: 0, offline: 1, saved: 1 });
  });
});

describe('a provider that cannot be had', () => {
  test('is left alone after failures in a row, by every process, and what was bought before is found meanwhile', async () => {
    await serviceOf().embed(orderOf());
    gemini.embeddings.enqueue({ kind: 'status', status: 503 }, { kind: 'cut-connection' });
    for (const text of ['one', 'two']) {
      const failed = serviceOf().embed(orderOf({ texts: [text] }));
      await expect(failed).rejects.toMatchObject({ code: 'provider-unavailable' });
    }
    const before = bought();
    await expect(serviceOf().embed(orderOf({ texts: ['three'] }))).rejects.toMatchObject({
      code: 'provider-circuit-open',
      facts: { provider: 'gemini', model: 'vector-model' },
    });
    expect((await serviceOf().embed(orderOf())).saved).toBe(true);
    expect(bought()).toBe(before);
  });

  test('that asks to wait is not asked by anybody meanwhile', async () => {
    gemini.embeddings.enqueue({ kind: 'throttle', retryDelay: '40s' });
    await expect(serviceOf().embed(orderOf())).rejects.toMatchObject({
      code: 'provider-throttled',
      retryAfterMs: 40_000,
    });
    const before = bought();
    const refused = serviceOf().embed(orderOf({ caller: await newCaller() }));
    await expect(refused).rejects.toMatchObject({ code: 'provider-throttled' });
    expect(bought()).toBe(before);
  });

  test('that sends another number of vectors has none of them kept', async () => {
    gemini.embeddings.enqueue({ kind: 'wrong-number' });
    const call = serviceOf().embed(orderOf());
    await expect(call).rejects.toMatchObject({ code: 'provider-malformed-answer' });
    expect((await serviceOf().embed(orderOf())).saved).toBe(false);
  });
});

test('calls and tokens above the budgets of a minute wait for room, and are not made', async () => {
  await serviceOf({ requestsPerMinute: 1 }).embed(orderOf());
  const before = bought();
  const second = serviceOf({ requestsPerMinute: 1 }).embed(orderOf({ texts: ['another text'] }));
  await expect(second).rejects.toMatchObject({ code: 'provider-over-budget' });
  await harness.sql('delete from provider_states');
  await serviceOf({ tokensPerMinute: 100 }).embed(orderOf({ texts: ['many words '.repeat(20)] }));
  const third = serviceOf({ tokensPerMinute: 100 }).embed(orderOf({ texts: ['another text again'] }));
  await expect(third).rejects.toMatchObject({ code: 'provider-over-budget' });
  expect(bought()).toBe(before + 1);
});

test('refuses what no port could take', async () => {
  const service = serviceOf();
  expect(service).toMatchObject({
    maxTexts: 100,
    model: { provider: 'gemini', model: 'vector-model', dimensions: 128 },
  });
  for (const wrong of [[], [''], Array.from({ length: 101 }, (_, index) => `text ${index}`)]) {
    await expect(service.embed(orderOf({ texts: wrong }))).rejects.toThrow(RangeError);
  }
});

describe('a document that is ingested', () => {
  const letter = `# Pumps\n\n${texts[0]} ${'Its bearings were dry, and the repair took twelve days. '.repeat(30)}\n`;

  test.each(['offline', 'gemini'] as const)(
    'with %s is embedded in batches of the size that is set, once',
    async (kind) => {
      const embeddings = kind === 'offline' ? openEmbeddingService({ kind }, optionsOf()) : serviceOf();
      const { accountId, jobId } = caller;
      const before = bought();
      const run = () => harness.ingest(letter, 'text/markdown', { accountId, jobId, embeddings });
      const first = await run();
      expect(first.output).toMatchObject({ reused: false, embedding: embeddings.model });
      const batches = Math.ceil(first.output.chunks / 4);
      expect(batches).toBeGreaterThan(1);
      expect(bought() - before).toBe(kind === 'gemini' ? batches : 0);
      const cost = await usage();
      expect((cost?.made ?? 0) + (cost?.offline ?? 0)).toBe(batches);

      expect((await run()).output.reused).toBe(true);
      expect(await usage()).toEqual(cost);
      expect(bought() - before).toBe(kind === 'gemini' ? batches : 0);
    },
  );

  test('whose embedding fails in the middle buys the other batches alone when it goes on', async () => {
    const { accountId, jobId } = caller;
    const stepId = systemIds.next('step');
    const assetId = await harness.upload(letter, 'text/markdown', accountId);
    const before = bought();
    gemini.embeddings.enqueue({ kind: 'vectors' }, { kind: 'status', status: 503 });
    const failed = harness.run(assetId, { accountId, jobId, stepId, embeddings: serviceOf() });
    await expect(failed).rejects.toMatchObject({ code: 'provider-unavailable' });
    const done = await harness.run(assetId, { accountId, jobId, stepId, embeddings: serviceOf() });
    // All of them once, and once more the one that failed.
    expect(bought() - before).toBe(Math.ceil(done.output.chunks / 4) + 1);
  });
});
