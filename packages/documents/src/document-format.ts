import { type DocumentFormat, documentFormats } from '@pressroom/domain';

/** The media type under which a document of each format is kept. */
export const documentMediaTypes = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  html: 'text/html',
  markdown: 'text/markdown',
  text: 'text/plain',
  csv: 'text/csv',
} as const satisfies Record<DocumentFormat, string>;

/** The format of a media type with or without parameters, or undefined for one that is not read. */
export function formatOfMediaType(mediaType: string): DocumentFormat | undefined {
  const bare = mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return documentFormats.find((format) => documentMediaTypes[format] === bare) ?? otherNames.get(bare);
}

const otherNames: ReadonlyMap<string, DocumentFormat> = new Map([
  ['application/xhtml+xml', 'html'],
  ['text/x-markdown', 'markdown'],
  ['text/tab-separated-values', 'csv'],
]);
