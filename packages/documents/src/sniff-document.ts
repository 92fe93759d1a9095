import type { DocumentFormat } from '@pressroom/domain';
import { fileTypeFromBuffer } from 'file-type';
import iconv from 'iconv-lite';
import { detectCsvDialect } from './text/csv-dialect.ts';
import { detectCharset } from './text/detect-charset.ts';

/** Bytes of a file's beginning that {@link sniffDocument} wants to see. */
export const documentSniffBytes = 64 * 1024;

/**
 * The format of a document by its content, or undefined when it is none that can be read. A declared format counts only among the kinds of
 * text, which look alike: a Markdown file is a text file that someone calls Markdown.
 */
export async function sniffDocument(
  head: Uint8Array,
  declared: DocumentFormat | undefined,
): Promise<DocumentFormat | undefined> {
  // Some writers put junk before the signature; readers allow a kilobyte of it.
  if (Buffer.from(head.subarray(0, 1_024)).includes('%PDF-')) return 'pdf';
  const binary = await fileTypeFromBuffer(head).catch(() => undefined);
  if (binary?.mime === 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')
    return 'docx';
  if (binary?.mime === 'application/vnd.ms-word.document.macroenabled.12') return 'docx';
  // An archive whose directory does not tell: what is in it will.
  if (binary?.mime === 'application/zip') return declared === 'docx' ? 'docx' : undefined;
  if (binary !== undefined && !/^(?:application\/xml|audio\/mpeg)$/.test(binary.mime)) return undefined;
  const charset = detectCharset(head);
  if (charset === undefined) return undefined;
  const text = iconv.decode(Buffer.from(head), charset);
  if (/^\s*\{\\rtf/.test(text)) return undefined;
  if (/<(?:!doctype\s+html|html|head|body)[\s>]/i.test(text.slice(0, 8_192))) return 'html';
  if (declared === 'html' || declared === 'markdown' || declared === 'csv' || declared === 'text')
    return declared;
  if (detectCsvDialect(text, { strict: true }) !== undefined) return 'csv';
  return /^#{1,6} \S|^```|^\s*[-*] \[[^\]]+\]\([^)]+\)/m.test(text.slice(0, 8_192)) ? 'markdown' : 'text';
}
