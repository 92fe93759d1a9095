/** PDFs: trees that circle, counts that lie, streams that explode, text that is none. */
import { deflateSync } from 'node:zlib';
import { onePagePdf, type PdfObject, pdfLinesOfText, pdfOf, pdfStream } from '../pdf-of.ts';
import { repeatedDeflate } from '../zip-of.ts';
import { type HostileDocument, mediaTypes, unseen } from './hostile-document.ts';

const mebibyte = 1024 * 1024;
const any = [
  'document',
  'document-corrupt',
  'document-too-complex',
  'document-without-text',
  'document-encrypted',
] as const;
const hello = pdfLinesOfText(['Hello, reader of this page.']);

function pdf(
  name: string,
  ends: HostileDocument['ends'],
  bytes: () => Uint8Array,
  more: Pick<HostileDocument, 'contains' | 'lacks' | 'timeoutSeconds'> = {},
): HostileDocument {
  return { name: `PDF: ${name}`, mediaType: mediaTypes.pdf, ends, bytes, ...more };
}

/** A page tree of the caller's below the catalog; objects are numbered from 2. */
const withPages = (...objects: readonly PdfObject[]): Buffer =>
  pdfOf(['<</Type/Catalog/Pages 2 0 R>>', ...objects]);
const page = (parent: number, contents: number): string =>
  `<</Type/Page/Parent ${parent} 0 R/MediaBox[0 0 595 842]/Contents ${contents} 0 R/Resources<</Font<</F1 5 0 R>>>>>>`;

/** A zlib stream of `times` MiB of the text. */
function inflatingTo(times: number, text: string): Buffer {
  const { packed } = repeatedDeflate(Buffer.alloc(mebibyte, text), times);
  return Buffer.concat([Buffer.from([0x78, 0x01]), packed, Buffer.alloc(4)]);
}

/** A font whose every code is mapped by the given lines of a ToUnicode map; the content shows `shown`. */
function mappedFont(map: string, shown: string): Buffer {
  const cmap = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def 1 begincodespacerange <0000> <FFFF> endcodespacerange ${map} endcmap end end`;
  return onePagePdf(`BT /F1 11 Tf 50 700 Td ${shown} Tj ET`, {
    resources: '/Font<</F1 6 0 R>>',
    more: [
      '<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode 8 0 R>>',
      '<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor 9 0 R>>',
      pdfStream('', cmap),
      '<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 1 1]/ItalicAngle 0/Ascent 1/Descent 0/CapHeight 1/StemV 1>>',
    ],
  });
}

export const hostilePdf: readonly HostileDocument[] = [
  pdf('a million pages claimed, and one there', ['document', 'document-too-complex'], () =>
    withPages('<</Type/Pages/Kids[3 0 R]/Count 1000000>>', page(2, 4), pdfStream('', hello)),
  ),
  pdf('a negative number of pages', any, () =>
    withPages('<</Type/Pages/Kids[3 0 R]/Count -2147483648>>', page(2, 4), pdfStream('', hello)),
  ),
  pdf('four thousand pages claimed, and one there', any, () =>
    withPages('<</Type/Pages/Kids[3 0 R]/Count 4000>>', page(2, 4), pdfStream('', hello)),
  ),
  pdf('a page tree that is its own branch', any, () =>
    withPages('<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>', page(2, 4), pdfStream('', hello)),
  ),
  pdf('two branches that are each other’s', any, () =>
    withPages(
      '<</Type/Pages/Kids[3 0 R]/Count 5>>',
      '<</Type/Pages/Parent 2 0 R/Kids[4 0 R]/Count 5>>',
      '<</Type/Pages/Parent 3 0 R/Kids[3 0 R]/Count 5>>',
    ),
  ),
  pdf('a branch of twenty thousand levels', any, () =>
    withPages(
      ...Array.from({ length: 20_000 }, (_, at) => `<</Type/Pages/Kids[${at + 3} 0 R]/Count 1>>`),
      '<</Type/Page/MediaBox[0 0 9 9]>>',
    ),
  ),
  pdf('arrays nested two hundred thousand deep', any, () =>
    withPages('<</Type/Pages/Kids[3 0 R]/Count 1>>', page(2, 4), '['.repeat(200_000)),
  ),
  pdf('dictionaries nested a hundred thousand deep', any, () =>
    onePagePdf(hello, { catalog: `/X ${'<</A '.repeat(100_000)}1${'>>'.repeat(100_000)}` }),
  ),
  pdf('operators in arrays nested without end', any, () => onePagePdf(`${hello}${'[ '.repeat(300_000)}`)),
  pdf('cross-references that lead back to themselves', any, () =>
    onePagePdf(hello, { options: { trailer: '/Prev 9' } }),
  ),
  pdf('cross-references far behind its end', any, () =>
    onePagePdf(hello, { options: { startxref: 4_294_967_295 } }),
  ),
  pdf('a length that is its own stream', any, () =>
    onePagePdf(Buffer.from(`<</Length 4 0 R>>\nstream\n${hello}\nendstream`)),
  ),
  pdf('an object stream that holds itself', any, () =>
    pdfOf([
      '<</Type/Catalog/Pages 2 0 R>>',
      pdfStream('/Type/ObjStm/N 1/First 4/Extends 2 0 R', '2 0 <</Type/Pages/Kids[2 0 R]/Count 1>>'),
    ]),
  ),
  pdf('bookmarks that follow themselves', any, () =>
    onePagePdf(hello, {
      catalog: '/Outlines 6 0 R',
      more: [
        '<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 9>>',
        '<</Title(Again)/Parent 6 0 R/Next 7 0 R/First 7 0 R/Dest[3 0 R/Fit]>>',
      ],
    }),
  ),
  pdf('a tree of names that circles', any, () =>
    onePagePdf(hello, {
      catalog: '/Outlines 6 0 R/Names<</Dests 8 0 R>>',
      more: [
        '<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 1>>',
        '<</Title(Where)/Parent 6 0 R/Dest(nowhere)>>',
        '<</Kids[8 0 R]/Limits[(a)(z)]>>',
      ],
    }),
  ),
  pdf('a page that inflates to a gigabyte of text', any, () =>
    onePagePdf(pdfStream('/Filter/FlateDecode', inflatingTo(1_000, 'BT (a) Tj ET\n'))),
  ),
  pdf('a page deflated twice that inflates without end', any, () =>
    onePagePdf(
      pdfStream('/Filter[/FlateDecode/FlateDecode]', deflateSync(inflatingTo(4_000, ' '), { level: 9 })),
    ),
  ),
  pdf('a form that draws itself', any, () =>
    onePagePdf(`${hello}/X Do`, {
      resources: '/Font<</F1 5 0 R>>/XObject<</X 6 0 R>>',
      more: [
        pdfStream(
          '/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>',
          '/X Do /X Do',
        ),
      ],
    }),
  ),
  pdf(
    'forms that draw each other ten times at every level',
    ['document-too-complex'],
    () =>
      onePagePdf(`${hello}/X Do`, {
        resources: '/Font<</F1 5 0 R>>/XObject<</X 6 0 R>>',
        more: Array.from({ length: 12 }, (_, at) =>
          pdfStream(
            `/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 5 0 R>>/XObject<</X ${at + 7} 0 R>>>>`,
            at === 11 ? 'BT /F1 9 Tf (deep) Tj ET' : '/X Do '.repeat(10),
          ),
        ),
      }),
    { timeoutSeconds: 3 },
  ),
  pdf('twenty thousand content streams that are one', any, () =>
    pdfOf([
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents[${'4 0 R '.repeat(20_000)}]/Resources<</Font<</F1 5 0 R>>>>>>`,
      pdfStream('', hello),
      '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    ]),
  ),
  pdf('a map of characters over four billion codes', any, () =>
    mappedFont('1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange', '<00010002>'),
  ),
  pdf(
    'text mapped to lone surrogates, NUL and turned directions',
    any,
    () =>
      mappedFont(
        '5 beginbfchar <0001> <D800> <0002> <0000> <0003> <202E> <0004> <0041> <0005> <DC00D800> endbfchar',
        '<00040001000200030005000400040004>',
      ),
    { lacks: unseen },
  ),
  pdf(
    'one line of sixty-six thousand characters',
    ['document', 'document-too-complex'],
    () =>
      onePagePdf(
        pdfStream('/Filter/FlateDecode', deflateSync(pdfLinesOfText(['long words '.repeat(6_000)], 0.0001))),
      ),
    { contains: ['long words'] },
  ),
  pdf('numbers that are none', any, () =>
    onePagePdf(`BT /F1 1e999 Tf -99999999999999999999 --5 Td 0 0 0 0 0 0 Tm (Hello) Tj ET`),
  ),
  pdf('an encryption of nonsense', any, () =>
    onePagePdf(hello, {
      options: {
        trailer: '/Encrypt<</Filter/Standard/V 5/R 99/Length 4096/O(x)/U(y)/P -1>>/ID[(a)(b)]',
      },
    }),
  ),
  pdf('a signature and nothing else', any, () => Buffer.from('%PDF-1.7')),
  pdf('an end in the middle', any, () => {
    const whole = onePagePdf(hello);
    return whole.subarray(0, whole.length >> 1);
  }),
];
