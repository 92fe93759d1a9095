/** Documents of three formats, a report of them, and what one looks for in it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PressroomClient } from '@pressroom/client';
import type { Job } from '@pressroom/domain';
import { PDFDict, type PDFDocument, PDFName } from 'pdf-lib';

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
export const sources = {
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

export const question = 'Why did the northern pump fail?';
export const title = 'Water in 2024';
/** What a spreadsheet would run when it opens the table of findings. */
export const formula = '=HYPERLINK("https://evil.example")';

export interface Cited {
  readonly document: number;
  readonly chunkId: string;
  readonly quote: string;
}

/** Of the report as JSON, what these tests look at. */
export interface ReportJson {
  readonly method: string;
  readonly makers: readonly object[];
  readonly dropped: { readonly findings: number; readonly citations: number };
  readonly answer: { readonly text: string; readonly citations: readonly Cited[] };
  readonly documents: readonly { readonly title: string }[];
  readonly findings: readonly { readonly title: string; readonly citations: readonly Cited[] }[];
}

export async function uploadSources(client: PressroomClient, folder: string): Promise<string[]> {
  const assetIds: string[] = [];
  for (const [name, text] of Object.entries(sources)) {
    const path = join(folder, name);
    await writeFile(path, text);
    assetIds.push((await client.uploadAsset(path)).id);
  }
  return assetIds;
}

/** Submits the question about the documents, and waits for the end of the job. */
export async function makeReport(client: PressroomClient, assetIds: readonly string[]): Promise<Job> {
  const { id } = await client.submitJob({
    kind: 'document-report',
    // The table of levels has no title of its own.
    input: { documents: assetIds.map((assetId) => ({ assetId, name: formula })), question, title },
  });
  return await client.waitForJob(id);
}

export function outputPath(folder: string, { id }: Job, format: string): string {
  return join(folder, `${id}.${format}`);
}

export async function saveOutput(
  client: PressroomClient,
  folder: string,
  job: Job,
  format: 'pdf' | 'json' | 'csv',
): Promise<Buffer> {
  const path = outputPath(folder, job, format);
  await client.downloadOutput(job.id, path, { format });
  return await readFile(path);
}

/** Text as it can be compared with what was read out of the documents. */
export const plain = (text: string): string => text.replaceAll(/<[^>]*>|[#\s,|]+/g, ' ').trim();

/** The words of each document, in order; a table is read row by row, each with its header. */
export function sourceTexts(): string[] {
  const rows = table.rows.map((row) => row.map((cell, at) => `${table.header[at]}: ${cell}`).join('; '));
  return [sources['pumps.md'], sources['river.html'], [table.header.join(' '), ...rows].join(' ')].map(plain);
}

/** The citations of the answer and of all findings whose words are not in the document that they name: none, in a good report. */
export function untrueCitations({ answer, findings }: ReportJson): Cited[] {
  const texts = sourceTexts();
  return [...answer.citations, ...findings.flatMap(({ citations }) => citations)].filter(
    ({ document, quote, chunkId }) =>
      texts[document]?.includes(plain(quote)) !== true || !/^[0-9a-f]{8}-[0-9a-f]{4}-5/.test(chunkId),
  );
}

export function linksOf(pdf: PDFDocument): number {
  return pdf
    .getPages()
    .flatMap((page) => page.node.Annots()?.asArray() ?? [])
    .map((reference) => pdf.context.lookup(reference))
    .filter((each) => each instanceof PDFDict && each.get(PDFName.of('Subtype')) === PDFName.of('Link'))
    .length;
}
