import { deflateSync } from 'node:zlib';

/** An object's text or bytes between `obj` and `endobj`. */
export type PdfObject = string | Uint8Array;

export interface PdfOptions {
  /** Added to the trailer's dictionary, which has `Size` and `Root 1 0 R`. */
  readonly trailer?: string;
  /** Instead of where the cross-reference table really is. */
  readonly startxref?: number;
}

/** A PDF of the given objects, numbered from 1, with a true cross-reference table; the first one is the catalog. */
export function pdfOf(objects: readonly PdfObject[], options: PdfOptions = {}): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1')];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  for (const [index, object] of objects.entries()) {
    offsets.push(at);
    const whole = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object as string),
      Buffer.from('\nendobj\n'),
    ]);
    parts.push(whole);
    at += whole.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size}/Root 1 0 R${options.trailer ?? ''}>>\nstartxref\n${options.startxref ?? at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

export function pdfStream(dictionary: string, bytes: string | Uint8Array): Buffer {
  const content = Buffer.from(bytes as string);
  return Buffer.concat([
    Buffer.from(`<<${dictionary}/Length ${content.length}>>\nstream\n`),
    content,
    Buffer.from('\nendstream'),
  ]);
}

/** One page whose content stream is `content`; `resources` and `more` objects, numbered from 6, are the caller's. */
export function onePagePdf(
  content: PdfObject,
  given: {
    readonly resources?: string;
    readonly more?: readonly PdfObject[];
    readonly catalog?: string;
    readonly options?: PdfOptions;
  } = {},
): Buffer {
  return pdfOf(
    [
      `<</Type/Catalog/Pages 2 0 R${given.catalog ?? ''}>>`,
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<${given.resources ?? '/Font<</F1 5 0 R>>'}>>>>`,
      typeof content === 'string' ? pdfStream('', content) : content,
      helvetica,
      ...(given.more ?? []),
    ],
    given.options,
  );
}

export const helvetica = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>';

/** Lines of a page from its top down, as operators. */
export function pdfLinesOfText(lines: readonly string[], size = 11): string {
  const shown = lines.map((line) => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*`).join('\n');
  return `BT /F1 ${size} Tf ${size * 1.2} TL 50 790 Td\n${shown}\nET\n`;
}

/** Pages of text with packed content streams. */
export function pdfOfPages(pages: readonly (readonly string[])[]): Buffer {
  const first = 4;
  const kids = pages.map((_, index) => `${first + 2 * index} 0 R`).join(' ');
  return pdfOf([
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>`,
    helvetica,
    ...pages.flatMap((lines, index) => [
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${first + 2 * index + 1} 0 R/Resources<</Font<</F1 3 0 R>>>>>>`,
      pdfStream('/Filter/FlateDecode', deflateSync(pdfLinesOfText(lines))),
    ]),
  ]);
}
