/**
 * A report by a model that lies and breaks off, through the whole system on both backends: the real adapter over HTTP, and a server that
 * speaks Gemini's wire format. What is in the report is true, what is not is counted, and all of it is paid for once.
 */
import { expect, test } from '@jest/globals';
import {
  type GeminiStandIn,
  promptOf,
  type StandInObjectRequest,
  startGeminiStandIn,
} from '@pressroom/ai/gemini-stand-in';
import { defaultDocumentLimits, extractDocument } from '@pressroom/documents';
import { temporaryFolder } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import {
  linksOf,
  makeReport,
  outputPath,
  type ReportJson,
  saveOutput,
  title,
  untrueCitations,
  uploadSources,
} from './report-documents.ts';
import { backends, startSystem } from './running-system.ts';

const apiKey = 'stand-in-key-of-the-tests';

/** A call for the findings of the document with these words in it. */
const mapOf = (words: string) => (body: StandInObjectRequest) =>
  'entities' in body.generationConfig.responseSchema.properties && promptOf(body).includes(words);

/** The model's bad day: which answers are wrong does not depend on the order in which workers ask. */
function misbehave({ objects, embeddings }: GeminiStandIn): void {
  // A citation of words that nobody wrote, and again when it is sent back: the finding is dropped.
  objects.when(mapOf('second pump was ordered'), { kind: 'bad-citation' }, { kind: 'bad-citation' });
  // Put right when it is sent back.
  objects.when(mapOf('Nitrate'), { kind: 'broken-json' });
  // Comes again with the next attempt.
  objects.when(mapOf('Bridge'), { kind: 'early-end' });
  objects.when(({ generationConfig }) => 'answered' in generationConfig.responseSchema.properties, {
    kind: 'bad-citation',
  });
  embeddings.enqueue({ kind: 'throttle', retryDelay: '1s' });
}

async function textOfPdf(path: string): Promise<string> {
  const texts: string[] = [];
  for await (const found of extractDocument(path, 'pdf', defaultDocumentLimits, new AbortController().signal))
    if (found.type === 'block') texts.push(found.block.text);
  return texts.join(' ').replaceAll(/\s+/g, ' ');
}

test.each(backends)(
  'on %s, a model that cites what is not there and breaks its JSON ends in a true report, and pays for each call once',
  async (backend) => {
    const { path: folder } = await temporaryFolder();
    const gemini = await startGeminiStandIn({ apiKey, models: ['text-model', 'vector-model'] });
    const system = await startSystem(backend, {
      GEMINI_API_KEY: apiKey,
      GEMINI_BASE_URL: gemini.url,
      GEMINI_TEXT_MODEL: 'text-model',
      GEMINI_EMBEDDING_MODEL: 'vector-model',
      GEMINI_EMBEDDING_DIMENSIONS: '256',
    });
    try {
      const { client } = system;
      misbehave(gemini);
      const assetIds = await uploadSources(client, folder);
      const job = await makeReport(client, assetIds);
      expect(job).toMatchObject({ status: 'succeeded', error: null });
      // Vectors: one call a document, the one that was told to wait, the question's. Findings: two of each, since one answer of each was
      // of no use. One reduction. An answer, and once more.
      expect(gemini.embeddings.calls).toHaveLength(5);
      expect(gemini.objects.calls).toHaveLength(9);
      expect(job.cost).toMatchObject({
        held: 28,
        captured: 7,
        refunded: 21,
        calls: { made: 14, offline: 0, saved: 0 },
      });
      expect(job.steps.find(({ key }) => key === 'map-2-0')).toMatchObject({ attempt: 2 });
      expect(
        job.steps.filter(({ handler }) => handler === 'ingest-document').map((step) => step.attempt),
      ).toEqual([1, 1, 1]);

      const found = JSON.parse((await saveOutput(client, folder, job, 'json')).toString()) as ReportJson;
      expect(found).toMatchObject({
        method: 'generated',
        makers: [{ provider: 'gemini', model: 'text-model' }],
        dropped: { findings: 1, citations: 1 },
        answer: { text: expect.stringMatching(/\S/), citations: [expect.anything()] },
      });
      expect(found.findings.length).toBeGreaterThan(1);
      expect(untrueCitations(found)).toEqual([]);

      const bytes = await saveOutput(client, folder, job, 'pdf');
      const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
      expect(pdf.getTitle()).toBe(title);
      expect(pdf.getSubject()).toMatch(/Written by artificial intelligence: gemini \(text-model\)/);
      expect(linksOf(pdf)).toBeGreaterThan(found.findings.length);
      const printed = await textOfPdf(outputPath(folder, job, 'pdf'));
      expect(printed).toContain('1 citation was not used, and 1 finding was left out');
      expect(printed).not.toContain('never written');

      const again = await makeReport(client, assetIds);
      expect(again).toMatchObject({ status: 'succeeded', cost: { captured: 4, calls: { made: 0 } } });
      expect((await saveOutput(client, folder, again, 'pdf')).equals(bytes)).toBe(true);
      expect(gemini.objects.calls.length + gemini.embeddings.calls.length).toBe(14);
      for (const { lines } of system.processes.values())
        expect(lines.filter((line) => line.includes(apiKey) || line.includes('Nitrate stayed'))).toEqual([]);
    } finally {
      await system.close();
      await gemini.close();
    }
  },
  180_000,
);
