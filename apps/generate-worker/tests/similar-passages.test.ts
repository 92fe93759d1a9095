/** Which passages a question is answered from: those with the nearest vectors, or, without comparable ones, those with its words. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import type { EmbeddingService } from '@pressroom/domain';
import { findSimilarChunks } from '../src/services/report/find-similar.ts';
import { apiKey, models, openReportScene, type ReportScene } from './report-scene.ts';

const wanted = 'Every physician of the clinic was absent in August.';
const others = Array.from(
  { length: 30 },
  (_, index) =>
    `Pipe number ${index} of the northern main was laid in ${1950 + index} and has been inspected since.`,
);
const texts = [...others.slice(0, 20), wanted, ...others.slice(20)];

let scene: ReportScene;
let gemini: GeminiStandIn;
beforeAll(async () => {
  scene = await openReportScene();
  gemini = await startGeminiStandIn({
    apiKey,
    models,
    sameWords: [
      ['physician', 'doctors'],
      ['absent', 'away'],
    ],
  });
});
afterAll(async () => {
  await gemini.close();
  await scene.close();
});

describe('a question without a word of the passage that answers it', () => {
  const question = 'When were the doctors away?';
  const open = async (embeddings: EmbeddingService | undefined) =>
    await scene.open({ objects: scene.geminiObjects(gemini.url), embeddings }, texts);

  test('is answered from it by the vectors', async () => {
    const job = await open(scene.geminiEmbeddings(gemini.url));
    const { answer } = await job.report(question);
    expect(answer).toMatchObject({ text: wanted, citations: [{ quote: wanted, page: 21 }] });
    expect(await job.chunkText(answer?.citations[0]?.chunkId ?? '')).toBe(wanted);
    const { requests } = gemini.embeddings.calls.at(-1)?.body ?? { requests: [] };
    expect(requests).toMatchObject([
      { taskType: 'RETRIEVAL_QUERY', content: { parts: [{ text: question }] } },
    ]);
  });

  test('is not answered by its words', async () => {
    const { answer } = await (await open(undefined)).report(question);
    expect(answer).toEqual({ text: 'The documents do not answer this question.', citations: [] });
  });

  test('is compared by its words where the document has vectors of another model, and no vector is bought for it', async () => {
    const job = await open(scene.geminiEmbeddings(gemini.url, 256));
    const before = gemini.embeddings.calls.length;
    const found = await findSimilarChunks(scene.documents, scene.geminiEmbeddings(gemini.url, 128), {
      accountId: job.caller.accountId,
      question,
      language: 'en',
      documents: [job.output],
      limit: 5,
      caller: job.caller,
      signal: new AbortController().signal,
    });
    expect(found).toEqual([]);
    expect(gemini.embeddings.calls.length).toBe(before);
  });

  test('that is asked again buys neither a vector nor an answer', async () => {
    const job = await open(scene.geminiEmbeddings(gemini.url));
    const first = await job.report(question);
    const calls = [gemini.embeddings.calls.length, gemini.objects.calls.length];
    expect(await job.report(question)).toEqual(first);
    expect([gemini.embeddings.calls.length, gemini.objects.calls.length]).toEqual(calls);
  });
});

describe('offline', () => {
  test('inflected words find the passage, by vectors and without', async () => {
    const embeddings = scene.offlineEmbeddings();
    const job = await scene.open({ objects: scene.offlineObjects(), embeddings }, texts);
    const find = (service: EmbeddingService | undefined) =>
      findSimilarChunks(scene.documents, service, {
        accountId: job.caller.accountId,
        question: 'Clinics and physicians?',
        language: 'en',
        documents: [job.output],
        limit: 3,
        caller: job.caller,
        signal: new AbortController().signal,
      });
    expect((await find(undefined)).map(({ text }) => text)).toEqual([wanted]);
    expect((await find(embeddings))[0]?.text).toBe(wanted);
  });

  test('a question of common words alone is answered from the middle of the document', async () => {
    const services = { objects: scene.offlineObjects(), embeddings: scene.offlineEmbeddings() };
    const { answer } = await (await scene.open(services, texts)).report('What is it about?');
    expect(answer?.citations.length).toBeGreaterThan(0);
  });
});
