/** Well-formed documents of every format, made up from a seed: what there is to read where the corpus is not. */
import type { DocumentFormat } from '@pressroom/domain';
import type { SeededRandom } from '../seeded-random.ts';
import { docxMain, docxOf, docxParagraph } from './docx-of.ts';
import { pdfOfPages } from './pdf-of.ts';

const words =
  'harbour water captain bell flag winter market letter bridge engine paper ink press river station window garden repair contract minute report number street morning evening silver stone copper north south valley village winding narrow quiet former second common heavy early later under above between against carries holds opens closes writes reads finds keeps leaves brings turns measures'.split(
    ' ',
  );

export function sampleSentence(random: SeededRandom): string {
  const some = Array.from({ length: random.between(6, 18) }, () => random.pick(words));
  const sentence = `The ${some.join(' ')} in ${random.between(1800, 2020)}.`;
  return random.chance(0.2)
    ? `${sentence.slice(0, -1)}, ${random.pick(words)}; ${random.pick(words)}?`
    : sentence;
}

export function sampleParagraph(random: SeededRandom): string {
  return Array.from({ length: random.between(2, 6) }, () => sampleSentence(random)).join(' ');
}

/** The bytes of a document of about so many paragraphs. */
export const sampleDocuments: {
  readonly [Format in DocumentFormat]: (random: SeededRandom, paragraphs: number) => Buffer;
} = {
  pdf: (random, paragraphs) => samplePdf(random, Math.ceil(paragraphs / 6)),
  docx: (random, paragraphs) => {
    const styles =
      '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>';
    const table = `<w:tbl>${rows(random, 4, 3)
      .map((row) => `<w:tr>${row.map((cell) => `<w:tc>${docxParagraph(cell)}</w:tc>`).join('')}</w:tr>`)
      .join('')}</w:tbl>`;
    const body = sections(random, paragraphs).map(({ heading, text }) =>
      heading ? docxParagraph(text, 'H1') : docxParagraph(text),
    );
    return docxOf({ 'word/document.xml': docxMain(body.join('') + table), 'word/styles.xml': styles });
  },
  html: (random, paragraphs) => {
    const body = sections(random, paragraphs).map(({ heading, text }) =>
      heading ? `<h2>${text}</h2>` : `<p>${text} <a href="https://example.org/${text.length}">more</a></p>`,
    );
    const table = rows(random, 4, 3).map(
      (row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
    );
    return Buffer.from(
      `<!doctype html><html lang="en"><head><title>${random.pick(words)}</title><style>p{color:red}</style></head><body><article>${body.join('\n')}<table>${table.join('')}</table></article><script>var x = 1;</script></body></html>`,
    );
  },
  markdown: (random, paragraphs) => {
    const body = sections(random, paragraphs).map(({ heading, text }) =>
      heading ? `## ${text}` : random.chance(0.2) ? `- ${text}\n- [a link](https://example.org)` : text,
    );
    const table = rows(random, 4, 3).map((row) => `| ${row.join(' | ')} |`);
    return Buffer.from(
      `---\ntitle: ${random.pick(words)}\n---\n\n${body.join('\n\n')}\n\n\`\`\`\ncode = 1\n\n    indented\n\`\`\`\n\n${[table[0], '| --- | --- | --- |', ...table.slice(1)].join('\n')}\n`,
    );
  },
  text: (random, paragraphs) =>
    Buffer.from(`${Array.from({ length: paragraphs }, () => sampleParagraph(random)).join('\n\n')}\n`),
  csv: (random, paragraphs) =>
    Buffer.from(
      `name,place,year\n${rows(random, paragraphs * 4, 3)
        .map((row) => row.map((cell) => `"${cell}"`).join(','))
        .join('\r\n')}\r\n`,
    ),
};

/** About 45 lines of text a page. */
export function samplePdf(random: SeededRandom, pages: number): Buffer {
  return pdfOfPages(
    Array.from({ length: pages }, (_, page) => [
      'The running head',
      ...Array.from({ length: 44 }, () => sampleSentence(random).slice(0, 90)),
      `Page ${page + 1}`,
    ]),
  );
}

function sections(random: SeededRandom, paragraphs: number): { heading: boolean; text: string }[] {
  return Array.from({ length: paragraphs }, (_, index) =>
    index % 4 === 0
      ? { heading: true, text: `${random.pick(words)} ${random.pick(words)}` }
      : { heading: false, text: sampleParagraph(random) },
  );
}

function rows(random: SeededRandom, count: number, columns: number): string[][] {
  return Array.from({ length: count }, () => Array.from({ length: columns }, () => random.pick(words)));
}
