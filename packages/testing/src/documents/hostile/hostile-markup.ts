/** HTML and Markdown: nested, unbalanced, and made for patterns that look back too often. */
import { type HostileDocument, mediaTypes, unseen } from './hostile-document.ts';

const mebibyte = 1024 * 1024;
const readable = '<p>There is a sentence to read on this page, and here is another one.</p>';

function make(format: 'html' | 'markdown') {
  return (
    name: string,
    ends: HostileDocument['ends'],
    content: () => string | Uint8Array,
    text: Pick<HostileDocument, 'contains' | 'lacks'> = {},
  ): HostileDocument => ({
    name: `${format === 'html' ? 'HTML' : 'Markdown'}: ${name}`,
    mediaType: mediaTypes[format],
    ends,
    bytes: () => Buffer.from(content() as string),
    ...text,
  });
}
const html = make('html');
const markdown = make('markdown');

export const hostileMarkup: readonly HostileDocument[] = [
  html('a hundred thousand nested elements', ['document-too-complex'], () => '<div>'.repeat(100_000)),
  html('three hundred thousand elements side by side', ['document-too-complex'], () =>
    '<b>x</b>'.repeat(301_000),
  ),
  html(
    'a cell of fifteen thousand paragraphs',
    ['document'],
    () => `<html><table><tr><td>${'<p>word'.repeat(15_000)}</table></html>`,
    { contains: ['word word'] },
  ),
  html(
    'preformatted blanks between words',
    ['document'],
    () => `<html><pre>${`x${' '.repeat(60_000)}`.repeat(40)}y</pre></html>`,
    { contains: ['x'] },
  ),
  html(
    'an attribute of eight megabytes',
    ['document'],
    () => `<html><p title="${'a'.repeat(8 * mebibyte)}">${readable}</html>`,
    { contains: ['There is a sentence'] },
  ),
  html('a script that never ends', ['document-without-text'], () => `<html><script>${'<p>'.repeat(100_000)}`),
  html('a comment that never ends', ['document-without-text'], () => `<html><!-- ${readable.repeat(1_000)}`),
  html(
    'ninety thousand character references',
    ['document'],
    () => `<html><p>${'&amp;&#65;&nbsp;'.repeat(30_000)}</html>`,
    { contains: ['&A'] },
  ),
  html(
    'references to characters that are none, and turned directions',
    ['document'],
    () =>
      `<html><p>before &#xD800;&#0;&#x110000;&#x202E;\u202Egnp.exe\u202C after the sentence that is to be read</html>`,
    { contains: ['before', 'gnp.exe', 'after'], lacks: unseen },
  ),
  ...['constructor', '__proto__', 'hex', 'utf-7', 'utf-16', 'x-user-defined'].map((charset) =>
    html(
      `an encoding of the name ${charset}`,
      ['document'],
      () =>
        Buffer.from(
          `<html><meta charset="${charset}"><p>The caf\u00e9 is a place to read sentences in.</p></html>`,
          'latin1',
        ),
      { contains: ['place to read sentences'] },
    ),
  ),
  markdown(
    'five thousand nested quotes',
    ['document', 'document-too-complex'],
    () => `${'> '.repeat(5_000)}deep\n\nThe end.`,
  ),
  markdown('lists nested by ever more blanks', ['document', 'document-too-complex'], () =>
    Array.from({ length: 300 }, (_, at) => `${' '.repeat(at * 2)}- item`).join('\n'),
  ),
  markdown('fifty thousand open brackets', ['document', 'document-too-complex'], () => '['.repeat(50_000)),
  markdown('emphasis that is never closed', ['document', 'document-too-complex'], () =>
    '*a _b '.repeat(20_000),
  ),
  markdown('backticks of every length', ['document', 'document-too-complex'], () =>
    Array.from({ length: 400 }, (_, at) => `${'`'.repeat(at + 1)} x`).join(' '),
  ),
  markdown(
    'ten thousand links of one paragraph',
    ['document', 'document-too-complex'],
    () => '[a word](https://example.org/somewhere/far/away) '.repeat(10_000),
    { contains: ['a word'] },
  ),
  markdown(
    'code of blanks and empty lines',
    ['document'],
    () =>
      `The code:\n\n\`\`\`\n${`x${' '.repeat(16_000)}`.repeat(60)}y\n${'\n'.repeat(20_000)}z\n\`\`\`\n\nThe end.\n`,
    { contains: ['The end.'] },
  ),
  markdown('a table of two thousand columns', ['document'], () =>
    [`|${'a|'.repeat(2_000)}`, `|${'---|'.repeat(2_000)}`, `|${'b|'.repeat(2_000)}`].join('\n'),
  ),
];
