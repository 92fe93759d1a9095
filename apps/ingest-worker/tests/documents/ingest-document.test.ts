import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DocumentStore, ingestRoutes, type StageRecord, storageKeys } from '@pressroom/domain';
import { eventually } from '@pressroom/testing';
import {
  accountId,
  type DocumentHarness,
  type DocumentRunOutcome,
  documentHarness,
  rejectionOf,
  settings,
  vectorOf,
} from './document-harness.ts';

let harness: DocumentHarness;
beforeAll(async () => {
  harness = await documentHarness();
});
afterAll(() => harness.close());

const phrases = [
  'The harbour was so full of ships that nobody could see the water between them.',
  'Whoever wanted to buy fish had to be there before the bells rang for the first time.',
  'An old captain would tell the children which of the flags they ought to be afraid of.',
  'Most of what came ashore was sold within the hour, and the rest was given away.',
  'Because of the ice, all boats stayed at home until the middle of April.',
];
let told = 0;
/** Another text each time, since a document that the account has already is not read again. */
function letter(sentences = 40): string {
  told += 1;
  const lines = Array.from(
    { length: sentences },
    (_, at) => `${phrases[at % phrases.length]} That was in ${1900 + at}, says letter ${told}.`,
  );
  return `# Harbours ${told}\n\n${lines.join(' ')}\n\n## Ships\n\n${lines.toReversed().join(' ')}\n`;
}

describe('a document', () => {
  test('passes the eight stages in order and ends as chunks that quote it exactly', async () => {
    const run = await harness.ingest(letter(), 'text/markdown');
    expect(run.stages).toEqual(ingestRoutes.document);
    const { output } = run;
    expect(output).toMatchObject({
      format: 'markdown',
      language: 'en',
      reused: false,
      title: `Harbours ${told}`,
      embedding: { model: 'counting-1', dimensions: 4 },
    });
    const text = await harness.textOf(run);
    expect(output.characters).toBe(text.length);
    const chunks = await harness.chunksOf(output.digest);
    expect(chunks).toHaveLength(output.chunks);
    expect(chunks.length).toBeGreaterThan(10);
    for (const [position, chunk] of chunks.entries()) {
      expect(chunk.position).toBe(position);
      expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text);
      expect(chunk.tokens).toBeLessThanOrEqual(settings.chunk.maxTokens);
    }
    expect(chunks.at(-1)?.headings).toEqual([`Harbours ${told}`, 'Ships']);
    expect(chunks.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(output.tokens);
  });

  test('is embedded in batches, and each chunk has the vector of its own text', async () => {
    const before = harness.embedding.calls.length;
    const { output } = await harness.ingest(letter(), 'text/markdown');
    const batches = harness.embedding.calls.slice(before);
    expect(batches.map(({ length }) => length).slice(0, -1)).toEqual(batches.slice(1).map(() => 4));
    expect(batches.flat()).toHaveLength(output.chunks);
    for (const chunk of (await harness.chunksOf(output.digest)).slice(0, 3)) {
      const vector = vectorOf(chunk.text);
      const [nearest] = await harness.documents
        .nearest(accountId, [output.digest], {
          vector,
          limit: output.chunks,
          signal: new AbortController().signal,
        })
        .then((found) => found.filter(({ id }) => id === chunk.id));
      const square = vector.reduce((sum, value) => sum + value * value, 0);
      expect(nearest?.similarity).toBeCloseTo(square, 5);
    }
  });

  test('names its two assets: the text as a document, and nothing for what was uploaded', async () => {
    const assetId = await harness.upload(letter(), 'text/markdown');
    const { result } = await harness.run(assetId);
    expect(result.assets.map(({ role }) => role)).toEqual(['document']);
    expect(result.output.source.assetId).toBe(assetId);
    const { storageKey, bytes } = result.output.document;
    expect(await harness.store.stat(storageKey)).toEqual({ bytes });
  });

  test('is free the second time: it is found, and neither read nor embedded again', async () => {
    const text = letter();
    const first = await harness.ingest(text, 'text/markdown');
    const calls = harness.embedding.calls.length;
    const again = await harness.ingest(text, 'text/markdown');
    expect(again.stages).toEqual(ingestRoutes['known-document']);
    expect(harness.embedding.calls.length).toBe(calls);
    const { source, document, ...findings } = first.output;
    expect(again.output).toEqual({
      ...findings,
      reused: true,
      source: { ...source, assetId: again.output.source.assetId },
      document: { ...document, assetId: again.output.document.assetId },
    });
  });

  test('is not found by another account, nor when it would be cut or embedded otherwise', async () => {
    const text = letter();
    await harness.ingest(text, 'text/markdown');
    const others = [
      { accountId: 'acct_b' },
      { settings: { chunk: { maxTokens: 80, overlapTokens: 10 } } },
      { embeddings: undefined },
    ];
    for (const options of others) {
      expect((await harness.ingest(text, 'text/markdown', options)).output.reused).toBe(false);
      expect((await harness.ingest(text, 'text/markdown', options)).output.reused).toBe(true);
    }
  });

  test('leaves neither work files nor a folder behind', async () => {
    const before = await readdir(tmpdir());
    const stepId = 'step_tidy';
    await harness.run(await harness.upload(letter(), 'text/markdown'), { stepId });
    await rejectionOf(harness.run(await harness.upload(Buffer.from('%PDF-1.4 nothing'))));
    for (const name of ['extracted', 'chunks', 'vectors'])
      expect(await harness.store.stat(storageKeys.work(stepId, name))).toBeUndefined();
    const mine = (names: string[]) => names.filter((name) => name.startsWith('pressroom-ingest-'));
    // Others that ingest on this machine at this time have theirs, and remove them.
    const left = mine(await readdir(tmpdir())).filter((name) => !before.includes(name));
    await eventually(async () =>
      expect((await readdir(tmpdir())).filter((name) => left.includes(name))).toEqual([]),
    );
  });

  test('that others of the account ingest at the same time is written once', async () => {
    const assetId = await harness.upload(letter(), 'text/markdown');
    const runs = await Promise.all([1, 2, 3].map(() => harness.run(assetId)));
    const digests = new Set(runs.map(({ output }) => output.digest));
    expect(digests.size).toBe(1);
    const [first] = runs;
    expect(await harness.chunksOf(first?.output.digest ?? '')).toHaveLength(first?.output.chunks ?? -1);
  });
});

describe('an attempt that dies', () => {
  /** Runs until the process "dies": just before the transition of `stage` is saved, so the stage has not finished. */
  async function crashBefore(stage: string, assetId: string, stepId: string, owner = accountId) {
    let last: StageRecord | undefined;
    const error = await rejectionOf(
      harness.run(assetId, {
        stepId,
        accountId: owner,
        beforeSave: (record, timing) => {
          if (timing.stage === stage) throw new Error('power cut');
          last = JSON.parse(JSON.stringify(record)) as StageRecord;
        },
      }),
    );
    expect(error.message).toBe('power cut');
    return last;
  }

  const resumedText = letter(15);
  let undisturbed: DocumentRunOutcome | undefined;
  test.each(ingestRoutes.document)('in %s is gone on with there on another machine', async (stage) => {
    undisturbed ??= await harness.ingest(resumedText, 'text/markdown', { accountId: 'acct_b' });
    const owner = await harness.addAccount(`acct_${stage}`);
    const stepId = `step_${stage}`;
    const assetId = await harness.upload(resumedText, 'text/markdown', owner);
    const last = await crashBefore(stage, assetId, stepId, owner);
    const resumed = await harness.run(assetId, { stage: last, stepId, accountId: owner });
    const left = ingestRoutes.document.slice(ingestRoutes.document.indexOf(stage));
    expect(resumed.stages).toEqual(left);
    expect(resumed.output.digest).toBe(undisturbed.output.digest);
    expect(await harness.chunksOf(resumed.output.digest, owner)).toEqual(
      await harness.chunksOf(resumed.output.digest, 'acct_b'),
    );
  });

  test('between two batches of chunks writes the others, and counts those that are there', async () => {
    const stepId = 'step_batches';
    const assetId = await harness.upload(letter(), 'text/markdown');
    let batches = 0;
    const dying: DocumentStore = {
      ...harness.documents,
      writeChunks: async (...given) => {
        batches += 1;
        if (batches === 3) throw new Error('power cut');
        return await harness.documents.writeChunks(...given);
      },
    };
    let last: StageRecord | undefined;
    const beforeSave = (record: StageRecord) => {
      last = JSON.parse(JSON.stringify(record)) as StageRecord;
    };
    await rejectionOf(harness.run(assetId, { stepId, documents: dying, beforeSave }));
    const calls = harness.embedding.calls.length;
    const counted: { written: number; conflicting: number }[] = [];
    const watched: DocumentStore = {
      ...harness.documents,
      writeChunks: async (...given) => {
        const outcome = await harness.documents.writeChunks(...given);
        counted.push(outcome);
        return outcome;
      },
    };
    const resumed = await harness.run(assetId, { stepId, stage: last, documents: watched });
    expect(resumed.stages).toEqual(['store']);
    expect(harness.embedding.calls.length).toBe(calls);
    expect(counted.slice(0, 3)).toEqual([
      { written: 0, conflicting: 3 },
      { written: 0, conflicting: 3 },
      { written: 3, conflicting: 0 },
    ]);
  });

  test('and whose work file is altered meanwhile is not gone on with', async () => {
    const stepId = 'step_altered';
    const assetId = await harness.upload(letter(), 'text/markdown');
    const last = await crashBefore('store', assetId, stepId);
    await harness.store.put(storageKeys.work(stepId, 'chunks'), Buffer.from('{"text":"forged"}\n'));
    const error = await rejectionOf(harness.run(assetId, { stepId, stage: last }));
    expect(error.code).toBe('asset-altered');
  });

  test('a stored document without all of its chunks is never seen', async () => {
    const assetId = await harness.upload(letter(), 'text/markdown');
    let dropped = false;
    const losing: DocumentStore = {
      ...harness.documents,
      writeChunks: async (account, digest, chunks) => {
        const kept = dropped ? chunks : chunks.slice(1);
        dropped = true;
        await harness.documents.writeChunks(account, digest, kept);
        return { written: chunks.length, conflicting: 0 };
      },
    };
    const error = await rejectionOf(harness.run(assetId, { documents: losing }));
    expect(error).toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/has \d+ chunks, and \d+ are stored/),
    });
    expect((await harness.run(assetId)).output.reused).toBe(false);
  });

  test('by an abort throws its own reason, wherever it comes', async () => {
    for (const stage of ['fetch', 'inspect', 'extract', 'embed']) {
      const controller = new AbortController();
      const assetId = await harness.upload(letter(5), 'text/markdown');
      const codes: unknown[] = [];
      const error = await rejectionOf(
        harness.run(assetId, {
          signal: controller.signal,
          beforeSave: (_, timing) => {
            codes.push(timing.errorCode);
            if (timing.stage === stage) controller.abort(new Error(`cancelled in ${stage}`));
          },
        }),
      );
      expect(error.message).toBe(`cancelled in ${stage}`);
      expect(codes.filter((code) => code !== undefined)).toEqual([]);
    }
  });
});

describe('what cannot be ingested', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  test.each([
    ['a picture', png, undefined, 'unsupported-type', 'inspect'],
    ['an empty file', Buffer.alloc(0), undefined, 'asset-empty', 'fetch'],
    ['a damaged PDF', Buffer.from('%PDF-1.4\nno more of it'), undefined, 'document-corrupt', 'inspect'],
    ['blank text', Buffer.from(' \n\t\n '), 'text/plain', 'document-without-text', 'normalise'],
  ] as const)('%s fails by name, at the stage that found it', async (_, bytes, mediaType, code, stage) => {
    const failed: unknown[] = [];
    const error = await rejectionOf(
      harness.ingest(bytes, mediaType, {
        beforeSave: (_record, timing) => {
          if (timing.errorCode !== undefined) failed.push([timing.stage, timing.errorCode]);
        },
      }),
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(/^Document 1: /) });
    expect(failed).toEqual([[stage, code]]);
  });

  test('an asset of another account does not exist, nor do bytes that were changed', async () => {
    expect((await rejectionOf(harness.run('asset_none'))).code).toBe('asset-missing');
    const text = letter();
    const assetId = await harness.upload(text, 'text/markdown');
    const { output } = await harness.run(assetId);
    await harness.store.put(output.source.storageKey, Buffer.from(text.toUpperCase()));
    expect((await rejectionOf(harness.run(assetId))).code).toBe('asset-altered');
  });

  test('a file above the limit, and a whole format above its own', async () => {
    const limits = { ...settings.limits, maxBytes: 2_000, maxWholeBytes: 1_000 };
    const bytes = Buffer.from(`${letter(4)}`.padEnd(1_500, ' word'));
    const over = await rejectionOf(
      harness.ingest(Buffer.alloc(2_001, 97), 'text/plain', { settings: { limits } }),
    );
    expect(over.code).toBe('asset-too-large');
    const whole = await rejectionOf(harness.ingest(bytes, 'text/markdown', { settings: { limits } }));
    expect(whole.code).toBe('document-too-large');
    expect((await harness.ingest(bytes, 'text/plain', { settings: { limits } })).output.format).toBe('text');
  });
});
