import type { DocumentFormat } from '@pressroom/domain';
import type { Extracted } from '../document-block.ts';
import type { DocumentLimits } from '../document-limits.ts';

type Reader = (path: string, limits: DocumentLimits) => AsyncIterable<Extracted>;

/** Loaded when asked for: a process that reads a text does not pay for a PDF library. */
export const readers: { readonly [Format in DocumentFormat]: () => Promise<Reader> } = {
  pdf: async () => (await import('./extract-pdf.ts')).extractPdf,
  docx: async () => (await import('./extract-docx.ts')).extractDocx,
  html: async () => (await import('./extract-html.ts')).extractHtml,
  markdown: async () => (await import('./extract-markdown.ts')).extractMarkdown,
  text: async () => (await import('./extract-text.ts')).extractText,
  csv: async () => (await import('./extract-csv.ts')).extractCsv,
};
