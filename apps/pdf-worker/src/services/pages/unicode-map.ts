import { decodePDFRawStream, type PDFContext, PDFDict, PDFName, PDFRawStream, PDFRef } from 'pdf-lib';

/** The most entries that one list of a character map may have (Adobe Technical Note 5014). */
const mostEntries = 100;

/**
 * Divides the list of which code of the font stands for which letters: the library writes one list, however many letters were shown,
 * and a page of ideographs shows hundreds.
 */
export function divideUnicodeMap(context: PDFContext, font: PDFRef): void {
  const ref = context.lookup(font, PDFDict).get(PDFName.of('ToUnicode'));
  const stream = context.lookup(ref);
  if (!(ref instanceof PDFRef) || !(stream instanceof PDFRawStream)) return;
  const text = Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1');
  const [, head = '', list = '', foot = ''] =
    /^(.*?\n)\d+ beginbfchar\n(.*)\nendbfchar(\n.*)$/s.exec(text) ?? [];
  const entries = list.split('\n');
  if (entries.length <= mostEntries) return;
  const lists: string[] = [];
  for (let start = 0; start < entries.length; start += mostEntries) {
    const part = entries.slice(start, start + mostEntries);
    lists.push(`${part.length} beginbfchar\n${part.join('\n')}\nendbfchar`);
  }
  context.assign(ref, context.flateStream(Buffer.from(`${head}${lists.join('\n')}${foot}`, 'latin1')));
}
