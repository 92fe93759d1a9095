import type { Report } from './report.ts';

/** Spreadsheets take a cell that begins so for a formula, whoever wrote it. */
const formulaStart = /^\s*[=+\-@\t\r\n＝＋－＠]/u;

/**
 * The findings as a table (RFC 4180, UTF-8 with a byte order mark, by which spreadsheets know the charset), one row for each citation.
 * A cell that would be taken for a formula gets an apostrophe before it.
 */
export function findingsCsv(report: Report): string {
  const header = ['id', 'severity', 'confidence', 'title', 'detail', 'document', 'page', 'quote', 'chunk'];
  const rows = report.findings.flatMap(({ id, severity, confidence, title, detail, citations }) =>
    citations.map(({ document, page, quote, chunkId }) => [
      id,
      severity,
      confidence.toFixed(2),
      title,
      detail,
      report.documents[document]?.title ?? `Document ${document + 1}`,
      page === undefined ? '' : String(page),
      quote,
      chunkId,
    ]),
  );
  return `\ufeff${[header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(text: string): string {
  const safe = formulaStart.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
