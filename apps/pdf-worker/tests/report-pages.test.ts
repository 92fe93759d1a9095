/** The pages of a report, as programs of other makers read them. */
import { describe, expect, jest, test } from '@jest/globals';
import { severities } from '@pressroom/reports';
import { PDFDict, PDFName } from 'pdf-lib';
import { runTool, testWith } from './independent-tools.ts';
import { contentOf, linksOf, outlineTitles } from './read-pdf.ts';
import { inTemporaryFolder } from './test-book.ts';
import { finding, findings, reportOf, setReport } from './test-report.ts';

jest.setTimeout(120_000);

/** The text of each page, its white space folded. */
async function pagesOf(path: string): Promise<string[]> {
  const text = await runTool('pdftotext', '-layout', path, '-');
  return text.split('\f').slice(0, -1).map(folded);
}
const folded = (text: string): string => text.replaceAll(/\s+/gu, ' ').trim();

const question = 'Why did the northern pump fail?';
const answered = (...quotes: readonly string[]) => ({
  text: quotes.join(' '),
  citations: quotes.map((quote, index) => ({
    document: index % 2,
    chunkId: `chunk-${index}`,
    passage: index + 1,
    quote,
  })),
});

describe('a report', () => {
  testWith('pdftotext', 'says on its contents page where each section and each finding stands', async () => {
    await inTemporaryFolder(async (folder) => {
      const report = reportOf({
        findings: findings(24),
        question,
        answer: answered('The bearings were dry.'),
      });
      const { path } = await setReport(folder, report);
      const pages = await pagesOf(path);
      const entries = [...(pages[1] ?? '').matchAll(/(\S[^.]*?) (?:\. ?){3,}(?:. )*?(\d+)(?= |$)/gu)].map(
        ([, title = '', number]) => ({ title: title.replace(/^.*Contents /, ''), number: Number(number) }),
      );
      expect(entries.map(({ title }) => title)).toEqual([
        'Answer to the question',
        'Summary',
        'Findings',
        ...report.findings.map(({ id, title }) => `${id} ${title}`),
        'Figures',
        'Names',
        'Open questions',
        'Sources',
        'How this report was made',
      ]);
      for (const { title, number } of entries) expect(pages[number - 1]).toContain(title);
      // The number at the foot of the page is the one that the contents give.
      for (const [index, page] of pages.entries())
        if (index > 0) expect(page).toMatch(new RegExp(` ${index + 1}$`));
    });
  });

  testWith('pdftotext', 'has links to what they name: contents, sources, addresses', async () => {
    await inTemporaryFolder(async (folder) => {
      const { path, parsed } = await setReport(folder, reportOf());
      const pages = await pagesOf(path);
      const links = linksOf(parsed);
      const height = parsed.getPage(0).getHeight();
      for (const { target, top } of links.filter((link) => typeof link.target === 'number')) {
        expect(pages[Number(target)]).toBeDefined();
        expect(top).toBeGreaterThanOrEqual(0);
        expect(top).toBeLessThanOrEqual(height);
      }
      for (const { description, target } of links.filter(({ page }) => page === 1))
        expect(pages[Number(target)]).toContain(folded(description));
      const citations = links.filter(({ description }) => /^\[1\] Minutes of May, page/.test(description));
      expect(citations.map(({ description }) => description)).toEqual([
        '[1] Minutes of May, page 1, passage 4',
        '[1] Minutes of May, page 2, passage 5',
        '[1] Minutes of May, page 3, passage 6',
      ]);
      for (const { target } of citations)
        expect(pages[Number(target)]).toMatch(/Sources.*\[1\] Minutes of May PDF/);
      expect(links.filter(({ target }) => target === 'https://water.example/river')).toHaveLength(1);
    });
  });

  testWith(
    'pdftotext',
    'has running heads with its title and the section that the page begins in',
    async () => {
      await inTemporaryFolder(async (folder) => {
        const { path } = await setReport(folder, reportOf({ findings: findings(20) }));
        const pages = await pagesOf(path);
        expect(pages[0]).not.toMatch(/^Water in 2024 /);
        expect(pages[1]).toMatch(/^Water in 2024 Contents Contents /);
        expect(pages[2]).toMatch(/^Water in 2024 Summary Summary /);
        expect(pages[3]).toMatch(/^Water in 2024 Findings F\d+ /);
      });
    },
  );

  testWith('qpdf', 'is without a fault, and the same content gives the same bytes', async () => {
    await inTemporaryFolder(async (folder) => {
      const first = await setReport(folder, reportOf({ question, answer: answered('Dry bearings.') }));
      expect(await runTool('qpdf', '--check', first.path)).toMatch(/No syntax or stream encoding errors/);
      const second = await setReport(folder, reportOf({ question, answer: answered('Dry bearings.') }), {
        name: 'again.pdf',
      });
      expect(second.bytes.equals(first.bytes)).toBe(true);
      const other = await setReport(folder, reportOf({ question }), { name: 'other.pdf' });
      expect(other.bytes.equals(first.bytes)).toBe(false);
    });
  });

  testWith('pdfinfo', 'is tagged in the order in which it is read', async () => {
    await inTemporaryFolder(async (folder) => {
      const { path } = await setReport(folder, reportOf({ question, answer: answered('Dry bearings.') }));
      expect(await runTool('pdfinfo', path)).toMatch(/Tagged: +yes/);
      const tags = await runTool('pdfinfo', '-struct-text', path);
      const inOrder = [
        'H1',
        '"Water in 2024"',
        '"Contents"',
        'TOCI',
        'H2',
        '"Answer to the question"',
        'BlockQuote',
        'H2',
        '"Summary"',
        '"Findings"',
        '"F1  Matter 1"',
        'BlockQuote',
        '"[1] Minutes of May, page 1, passage 4"',
        '"F2  Matter 2"',
        '"Figures"',
        'Table',
        '"Where it stands"',
        '"€ 48,200"',
        '"Open questions"',
        '"Who pays for the second pump?"',
        '"Sources"',
        '"Minutes of May"',
        '"How this report was made"',
      ];
      let at = -1;
      for (const each of inOrder) {
        const next = tags.indexOf(each, at + 1);
        expect([each, next > at]).toEqual([each, true]);
        at = next;
      }
      // Marks and running heads are for the eye alone.
      expect(tags).not.toMatch(/H3[^"]*\n[^"]*"Water in 2024"/);
    });
  });

  test('has a bookmark for each section and each finding', async () => {
    await inTemporaryFolder(async (folder) => {
      const { parsed } = await setReport(folder, reportOf());
      expect(outlineTitles(parsed.catalog.lookup(PDFName.of('Outlines'), PDFDict))).toEqual([
        'Cover',
        'Contents',
        'Summary',
        ['Findings', 'F1  Matter 1', 'F2  Matter 2', 'F3  Matter 3'],
        'Figures',
        'Names',
        'Open questions',
        'Sources',
        'How this report was made',
      ]);
    });
  });

  testWith(
    'pdftotext',
    'tells how grave a finding is by a word and by filled squares, not by colour',
    async () => {
      await inTemporaryFolder(async (folder) => {
        const graded = severities.map((severity, index) => finding(index + 1, { severity }));
        const { path, parsed } = await setReport(folder, reportOf({ findings: graded }));
        const pages = await pagesOf(path);
        for (const word of ['Critical', 'High', 'Medium', 'Low', 'Note'])
          expect(pages.slice(2).join(' ')).toContain(`${word} · confidence 50 %`);
        const contents = parsed.getPages().map(({ node }) => contentOf(node.Contents()));
        // Grey alone: no operator that sets a colour.
        for (const content of contents)
          expect(content).not.toMatch(/(?:^|\s)(?:rg|RG|k|K|sc|SC|scn|SCN|cs|CS)(?:\s|$)/m);
        // 4 + 3 + 2 + 1 + 0 of 20 squares, on the contents page as beside the findings.
        expect(contents[1]?.match(/ re f/g)).toHaveLength(10);
        expect(contents[1]?.match(/ re S/g)).toHaveLength(10);
        expect(contents.slice(2).join('\n').match(/ re f/g)).toHaveLength(10);
      });
    },
  );

  testWith(
    'pdftotext',
    'shows an answer of quotations as these, and any other one as it is written',
    async () => {
      await inTemporaryFolder(async (folder) => {
        const quotes = ['The bearings were dry.', 'Nobody had greased them.'];
        const quoted = await setReport(folder, reportOf({ question, answer: answered(...quotes) }));
        expect((await pagesOf(quoted.path))[2]).toContain(
          `${question} “${quotes[0]}” [1] Minutes of May, passage 1 “${quotes[1]}” [2] The river, passage 2`,
        );
        const written = { ...answered(...quotes), text: 'Dry bearings made it fail.\nNobody had cared.' };
        const other = await setReport(folder, reportOf({ question, answer: written, method: 'generated' }));
        expect((await pagesOf(other.path))[2]).toContain(
          `${question} Dry bearings made it fail. Nobody had cared. “${quotes[0]}” [1] Minutes of May, passage 1`,
        );
      });
    },
  );

  testWith('pdftotext', 'says what was left out and what was not used', async () => {
    await inTemporaryFolder(async (folder) => {
      const report = reportOf({
        documents: [
          { index: 0, title: 'Minutes of May', format: 'pdf', pages: 1, chunks: 1, chunksRead: 1 },
          { index: 1, title: 'Gone', chunks: 0, chunksRead: 0, leftOut: 'it could not be read' },
        ],
        dropped: { findings: 1, citations: 2 },
      });
      const text = (await pagesOf((await setReport(folder, report)).path)).join(' ');
      expect(text).toContain('[1] Minutes of May PDF · 1 page · read in full: 1 passage');
      expect(text).toContain('[2] Gone left out: it could not be read');
      expect(text).toContain('2 citations were not used, and 1 finding was left out');
    });
  });
});
