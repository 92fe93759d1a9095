/** Documents in, a cited report out, by the whole system as separate processes, on both backends. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Job } from '@pressroom/domain';
import { temporaryFolder } from '@pressroom/testing';
import { PDFDict, PDFDocument, PDFName } from 'pdf-lib';
import { backends, type RunningSystem, startSystem } from './running-system.ts';

const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3);
const table = {
  header: ['station', 'month', 'level in cm'],
  rows: [
    ['Bridge', 'January', '214'],
    ['Bridge', 'February', '231'],
    ['Mill', 'January', '98'],
    ['Mill', 'February', '104'],
  ],
};
const sources = {
  'pumps.md': `# Water works of the town

## The northern pump

The northern pump failed twice in March 2024 because its bearings were dry. The repair cost € 48,200 and took 12 days.
The hospital has no tank of its own, so a failed pump is a danger to its supply. A second pump was ordered in May 2024.

## The company

The work is done by the ${long}. Its contract ends in December 2026 and must be renewed by the council before that.
`,
  'river.html': `<!doctype html><html lang="en"><title>River</title><body><article><h1>Quality of the river</h1>
<p>The water authority tested the river every week of the year 2024. Nitrate stayed below 25 mg per litre in all 52 samples.</p>
<p>Above the mill the oxygen fell to 4 mg per litre in August, which is a risk for trout. Прозрачность воды измеряли дважды.</p>
</article></body></html>`,
  'levels.csv': [table.header, ...table.rows].map((row) => `${row.join(',')}\n`).join(''),
} as const;

interface Cited {
  readonly document: number;
  readonly chunkId: string;
  readonly quote: string;
}

/** What a spreadsheet would run when it opens the table of findings. */
const formula = '=HYPERLINK("https://evil.example")';

async function report({ client }: RunningSystem, assetIds: readonly string[]): Promise<Job> {
  const { id } = await client.submitJob({
    kind: 'document-report',
    input: {
      // The table of levels has no title of its own.
      documents: assetIds.map((assetId) => ({ assetId, name: formula })),
      question: 'Why did the northern pump fail?',
      title: 'Water in 2024',
    },
  });
  return await client.waitForJob(id);
}

const plain = (text: string): string => text.replaceAll(/<[^>]*>|[#\s,|]+/g, ' ').trim();

test.each(backends)(
  'on %s, a report cites the words of its documents, as PDF, JSON and CSV; the same again is the same bytes',
  async (backend) => {
    const { path: folder } = await temporaryFolder();
    const system = await startSystem(backend);
    try {
      const { client } = system;
      const assetIds: string[] = [];
      for (const [name, text] of Object.entries(sources)) {
        const path = join(folder, name);
        await writeFile(path, text);
        assetIds.push((await client.uploadAsset(path)).id);
      }
      const job = await report(system, assetIds);
      expect(job).toMatchObject({ status: 'succeeded', error: null });
      // Three documents, a batch of each, the report; what was held for more batches came back.
      expect(job.cost).toMatchObject({ held: 28, captured: 7, refunded: 21 });

      const save = async (each: Job, format: 'pdf' | 'json' | 'csv'): Promise<Buffer> => {
        const path = join(folder, `${each.id}.${format}`);
        await client.downloadOutput(each.id, path, { format });
        return await readFile(path);
      };
      const found = JSON.parse((await save(job, 'json')).toString()) as {
        method: string;
        answer: { text: string; citations: Cited[] };
        findings: { title: string; citations: Cited[] }[];
        documents: { title: string }[];
      };
      expect(found.method).toBe('extractive');
      expect(found.answer.text).toMatch(/bearings were dry/);
      expect(found.findings.length).toBeGreaterThan(2);
      // A table is read row by row, each with its header.
      const rows = table.rows.map((row) => row.map((cell, at) => `${table.header[at]}: ${cell}`).join('; '));
      const texts = [
        sources['pumps.md'],
        sources['river.html'],
        [table.header.join(' '), ...rows].join(' '),
      ].map(plain);
      const citations = [...found.answer.citations, ...found.findings.flatMap((each) => each.citations)];
      expect(new Set(citations.map(({ document }) => document))).toContain(1);
      for (const { document, quote, chunkId } of citations) {
        expect(texts[document]).toContain(plain(quote));
        expect(chunkId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
      }
      const csv = (await save(job, 'csv')).toString();
      for (const { title } of found.findings) expect(csv).toContain(title.slice(0, 20));
      expect(csv).toContain(`,"'${formula.replaceAll('"', '""')}",`);
      expect(csv).not.toMatch(/(?:^|,|\n)"?=/);
      expect(found.documents.map(({ title }) => title)).toEqual([
        'Water works of the town',
        expect.stringMatching(/^(?:River|Quality of the river)$/),
        formula,
      ]);

      const bytes = await save(job, 'pdf');
      const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
      expect(pdf.getTitle()).toBe('Water in 2024');
      expect(pdf.getPageCount()).toBe(job.output?.pages);
      // Contents and citations lead somewhere.
      expect(linksOf(pdf)).toBeGreaterThan(found.findings.length);

      const again = await report(system, assetIds);
      expect(again.status).toBe('succeeded');
      expect((await save(again, 'pdf')).equals(bytes)).toBe(true);
      // The documents are known, and each batch's findings and the reduced report were made before.
      expect(again.cost.calls.saved).toBeGreaterThan(0);
      expect(again.cost).toMatchObject({ captured: 4, refunded: 24 });
    } finally {
      await system.close();
    }
  },
  180_000,
);

function linksOf(pdf: PDFDocument): number {
  return pdf
    .getPages()
    .flatMap((page) => page.node.Annots()?.asArray() ?? [])
    .map((reference) => pdf.context.lookup(reference))
    .filter((each) => each instanceof PDFDict && each.get(PDFName.of('Subtype')) === PDFName.of('Link'))
    .length;
}
