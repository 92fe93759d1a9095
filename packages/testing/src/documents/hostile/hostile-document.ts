import type { ErrorCode } from '@pressroom/domain';

/** A file that somebody made to do harm, or that does it by accident, and every way in which it may end. */
export interface HostileDocument {
  /** Names it in tests: format and trick. */
  readonly name: string;
  /** What the upload declares. */
  readonly mediaType: string;
  /** As a document, or by an error of one of these codes. */
  readonly ends: readonly (ErrorCode | 'document')[];
  /** What the text of a document has, and what it must not have. */
  readonly contains?: readonly string[];
  readonly lacks?: RegExp;
  /** Of reading, where nothing else ends it; else there is time enough. */
  readonly timeoutSeconds?: number;
  /** Made when asked for: some are large. The same each time. */
  readonly bytes: () => Uint8Array;
}

export const mediaTypes = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  html: 'text/html',
  markdown: 'text/markdown',
  text: 'text/plain',
  csv: 'text/csv',
} as const;

/** Marks that turn the reading direction, and characters that nobody sees. */
export const unseen = /[^\P{Cc}\t\n]|[\u200B\u202A-\u202E\u2066-\u2069\uFEFF]/u;
