import { decodePDFRawStream, PDFDict, PDFName, PDFRawStream } from 'pdf-lib';

/** The operators of a page. */
export function contentOf(stream: unknown): string {
  if (!(stream instanceof PDFRawStream)) throw new Error('A page has no content');
  return Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1');
}

/** The bookmarks, each with those below it. */
export function outlineTitles(parent: PDFDict): unknown[] {
  const titles: unknown[] = [];
  for (
    let item = parent.lookupMaybe(PDFName.of('First'), PDFDict);
    item !== undefined;
    item = item.lookupMaybe(PDFName.of('Next'), PDFDict)
  ) {
    const raw = item.lookup(PDFName.of('Title'));
    const title =
      raw !== undefined && 'decodeText' in raw ? (raw as { decodeText(): string }).decodeText() : '';
    const children = outlineTitles(item);
    titles.push(children.length === 0 ? title : [title, ...children]);
  }
  return titles;
}
