/** Text and tables: encodings that mix, words without end, columns without number; and files that are not what they say. */
import { gzipSync } from 'node:zlib';
import { docxMain, docxOf, docxParagraph } from '../docx-of.ts';
import { onePagePdf, pdfLinesOfText } from '../pdf-of.ts';
import { zipOf } from '../zip-of.ts';
import { type HostileDocument, mediaTypes, unseen } from './hostile-document.ts';

function file(
  mediaType: string,
  name: string,
  ends: HostileDocument['ends'],
  content: () => string | Uint8Array,
  text: Pick<HostileDocument, 'contains' | 'lacks'> = {},
): HostileDocument {
  return { name, mediaType, ends, bytes: () => Buffer.from(content() as string), ...text };
}
const text = (name: string, ...rest: Rest) => file(mediaTypes.text, `Text: ${name}`, ...rest);
const csv = (name: string, ...rest: Rest) => file(mediaTypes.csv, `CSV: ${name}`, ...rest);
const named = (mediaType: string, name: string, ...rest: Rest) =>
  file(mediaType, `Named otherwise: ${name}`, ...rest);
type Rest = [
  HostileDocument['ends'],
  () => string | Uint8Array,
  Pick<HostileDocument, 'contains' | 'lacks'>?,
];

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const sentence = 'There is a sentence to read in this file, and here is another one.';

export const hostileText: readonly HostileDocument[] = [
  text('a word of four million letters', ['document'], () => 'word'.repeat(1_000_000), {
    contains: ['wordword'],
  }),
  text(
    'three encodings one after the other',
    ['document'],
    () =>
      Buffer.concat([
        Buffer.from('Grüße aus Zürich. '.repeat(5_000)),
        Buffer.from('Grüße aus Zürich. ', 'latin1'),
        Buffer.from('Grüße', 'utf16le'),
        Buffer.from(' Ende.'),
      ]),
    { contains: ['Grüße aus Zürich.', 'Ende.'], lacks: unseen },
  ),
  text(
    'UTF-16 with lone surrogates and half a character at its end',
    ['document'],
    () =>
      Buffer.concat([
        Buffer.from([0xff, 0xfe]),
        Buffer.from('before \uD800 between \uDC00\uD800 after', 'utf16le'),
        Buffer.from([0x41]),
      ]),
    { contains: ['before', 'between', 'after'] },
  ),
  text('NUL bytes', ['unsupported-type'], () => `before \u0000 after\n`.repeat(100)),
  text(
    'NUL bytes behind what is looked at first',
    ['document'],
    () => `${`${sentence}\n`.repeat(2_000)}before\u0000\u0000after`,
    { contains: ['beforeafter'], lacks: unseen },
  ),
  text(
    'turned directions and marks that nobody sees',
    ['document'],
    () => `${sentence}\n\nPay \u202E000,1\u202C to \u2066me\u2069, \u200Bnow\uFEFF.\n\nمرحبا بالعالم שלום`,
    { contains: ['Pay 000,1 to me, now.', 'مرحبا بالعالم שלום'], lacks: unseen },
  ),
  text('nothing but what nobody sees', ['document-without-text'], () => '\u200B\u2060\uFEFF\n'.repeat(1_000)),
  text(
    'a letter with a hundred thousand accents',
    ['document'],
    () => `A${'\u0301\u0323'.repeat(50_000)} end`,
    {
      contains: ['end'],
    },
  ),
  text(
    'three hundred thousand empty lines',
    ['document'],
    () => `${sentence}${'\n'.repeat(300_000)}${sentence}`,
  ),
  text('fifty thousand page breaks', ['document'], () => `${sentence}\f`.repeat(2_000) + '\f'.repeat(48_000)),
  text('sentences of one letter', ['document'], () => 'A. '.repeat(30_000)),
  csv('ten million columns', ['document-too-complex'], () => `${'a,'.repeat(10_000_000)}b\n1\n`),
  csv(
    'a quote that is never closed',
    ['document', 'document-corrupt', 'document-too-complex'],
    () => `a,b\n"${'word,word\n'.repeat(500_000)}`,
  ),
  csv(
    'a column name that every record would repeat',
    ['document'],
    () => `${'name'.repeat(100_000)},b\n${'1,2\n'.repeat(2_000)}`,
  ),
  csv('records of every width', ['document'], () =>
    Array.from({ length: 300 }, (_, at) => 'x,'.repeat(at)).join('\n'),
  ),
  csv(
    'quotes in every place',
    ['document', 'document-corrupt'],
    () => `a,b\n${'"",""x"",y"\n'.repeat(4_000)}`,
  ),
  named(mediaTypes.pdf, 'a picture as PDF', ['unsupported-type'], () => png),
  named(mediaTypes.text, 'a program as text', ['unsupported-type'], () =>
    Buffer.concat([Buffer.from('\u007fELF\u0002\u0001\u0001'), Buffer.alloc(500)]),
  ),
  named(
    mediaTypes.docx,
    'an archive of something else as DOCX',
    ['document-corrupt', 'unsupported-type'],
    () => zipOf({ 'a.txt': 'Hello' }),
  ),
  named(mediaTypes.text, 'packed text as text', ['unsupported-type'], () => gzipSync(sentence.repeat(50))),
  named(mediaTypes.text, 'RTF as text', ['unsupported-type'], () => `{\\rtf1\\ansi ${sentence}}`),
  named(mediaTypes.csv, 'a PDF as CSV', ['document'], () => onePagePdf(pdfLinesOfText([sentence])), {
    contains: [sentence],
  }),
  named(
    mediaTypes.html,
    'a DOCX as HTML',
    ['document'],
    () => docxOf({ 'word/document.xml': docxMain(docxParagraph(sentence)) }),
    { contains: [sentence] },
  ),
  named(mediaTypes.pdf, 'HTML as PDF', ['document'], () => `<!doctype html><html><p>${sentence}</html>`, {
    contains: [sentence],
    lacks: /<p>/,
  }),
  ...['constructor', '__proto__', 'application/octet-stream', ''].map((mediaType) =>
    named(mediaType, `text as '${mediaType}'`, ['document'], () => `${sentence}\n`, { contains: [sentence] }),
  ),
];
