import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageSize } from '@pressroom/domain';
import type { Finding, Report } from '@pressroom/reports';
import { PDFDocument } from 'pdf-lib';
import { renderReport } from '../src/services/report/render-report.ts';
import type { ReportSummary } from '../src/services/report/report-content.ts';

/** A finding that quotes the first of the documents. */
export function finding(number: number, change: Partial<Finding> = {}): Finding {
  const detail = `Sentence ${number} says what the inspectors found at the northern pump of the water works.`;
  return {
    id: `F${number}`,
    title: `Matter ${number}`,
    detail,
    severity: 'info',
    confidence: 0.5,
    citations: [
      { document: 0, page: number, chunkId: `chunk-${number}`, passage: number + 3, quote: detail },
    ],
    ...change,
  };
}

export const findings = (count: number): Finding[] =>
  Array.from({ length: count }, (_, index) => finding(index + 1));

/** A report of three findings about two documents. */
export function reportOf(change: Partial<Report> = {}): Report {
  return {
    version: 1,
    title: 'Water in 2024',
    language: 'en',
    method: 'extractive',
    makers: [{ provider: 'offline', model: 'lexrank-2' }],
    documents: [
      { index: 0, title: 'Minutes of May', format: 'pdf', pages: 12, chunks: 40, chunksRead: 40 },
      {
        index: 1,
        title: 'The river',
        url: 'https://water.example/river',
        format: 'html',
        chunks: 3,
        chunksRead: 2,
      },
    ],
    summary: 'The northern pump failed twice.\nNitrate stayed below the limit.',
    findings: findings(3),
    entities: [{ name: 'Water Authority', kind: 'organisation', mentions: 4, documents: [0, 1] }],
    figures: [
      {
        value: '€ 48,200',
        meaning: 'The repair cost € 48,200.',
        citation: { document: 0, page: 2, chunkId: 'chunk-2', quote: 'The repair cost € 48,200.' },
      },
    ],
    openQuestions: ['Who pays for the second pump?'],
    dropped: { findings: 0, citations: 0 },
    ...change,
  };
}

export interface SetReport {
  readonly path: string;
  readonly bytes: Buffer;
  readonly summary: ReportSummary;
  /** Read back by the library's own parser. */
  readonly parsed: PDFDocument;
}

/** Sets a report on this thread. */
export async function setReport(
  folder: string,
  report: Report,
  { pageSize = 'A4', name = 'report.pdf' }: { pageSize?: PageSize; name?: string } = {},
): Promise<SetReport> {
  const path = join(folder, name);
  const summary = await renderReport({ report, language: report.language, pageSize }, path, () => {});
  const bytes = await readFile(path);
  return { path, bytes, summary, parsed: await PDFDocument.load(bytes, { updateMetadata: false }) };
}
