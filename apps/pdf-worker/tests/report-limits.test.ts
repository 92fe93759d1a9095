/** Reports with more, longer and stranger content than pages like. */

import { join } from 'node:path';
import { describe, expect, jest } from '@jest/globals';
import { openFlowedDocument } from '../src/services/flow/flowed-document.ts';
import { paginate } from '../src/services/flow/piece.ts';
import { tablePieces } from '../src/services/flow/table-pieces.ts';
import { PageDocument } from '../src/services/pages/page-document.ts';
import { contentBox, pageGeometries } from '../src/services/pages/page-geometry.ts';
import { writePdfFile } from '../src/services/pages/pdf-file-writer.ts';
import { runTool, testWith } from './independent-tools.ts';
import { inTemporaryFolder } from './test-book.ts';
import { finding, findings, reportOf, setReport } from './test-report.ts';

jest.setTimeout(180_000);

const textOf = (path: string): Promise<string> => runTool('pdftotext', '-layout', path, '-');
const letters = (text: string): string => text.replaceAll(/\s+/gu, '');

/** The rightmost end of any word, in points from the left edge of its page. */
async function rightmost(path: string): Promise<number> {
  const boxes = await runTool('pdftotext', '-bbox', path, '-');
  return Math.max(...[...boxes.matchAll(/ xMax="([\d.]+)"/g)].map(([, x]) => Number(x)));
}

describe('words of 300 letters', () => {
  const long = 'Donaudampfschifffahrt'.repeat(15).slice(0, 300);
  testWith('pdftotext', 'are cut where the line ends, in every place where there are words', async () => {
    await inTemporaryFolder(async (folder) => {
      for (const pageSize of ['A5'] as const) {
        const citation = { document: 0, page: 1, chunkId: 'c', passage: 1, quote: long };
        const report = reportOf({
          title: long.slice(0, 160),
          question: long,
          answer: { text: long, citations: [citation] },
          summary: long,
          findings: [finding(1, { title: long.slice(0, 200), detail: long, citations: [citation] })],
          entities: [{ name: long, kind: 'other', mentions: 2, documents: [0] }],
          figures: [{ value: long.slice(0, 80), meaning: long, citation }],
          openQuestions: [long],
          documents: [{ index: 0, title: long, url: `https://x.example/${long}`, chunks: 1, chunksRead: 1 }],
        });
        const { path } = await setReport(folder, report, { pageSize });
        const { width, side } = pageGeometries[pageSize];
        expect(await rightmost(path)).toBeLessThanOrEqual(width - side + 0.5);
        // Question, answer, summary, finding, name, open question.
        expect(letters(await textOf(path)).split(long).length - 1).toBeGreaterThanOrEqual(6);
      }
    });
  });
});

describe('a long table', () => {
  testWith('pdftotext', 'of 500 rows keeps every row, and repeats its heading on every page', async () => {
    await inTemporaryFolder(async (folder) => {
      const figures = Array.from({ length: 500 }, (_, index) => ({
        value: `${index + 1} km`,
        meaning: `Row ${index + 1} of the table ends here.`,
        citation: { document: 0, page: 1, chunkId: 'c', quote: `Row ${index + 1}` },
      }));
      const { path, summary } = await setReport(folder, reportOf({ figures }));
      const pages = (await textOf(path)).split('\f');
      for (let row = 1; row <= 500; row += 1)
        expect(pages.join(' ')).toMatch(new RegExp(`\\b${row} km .*Row ${row} of`));
      const carrying = pages.filter((page) => /\bkm\s+Row \d+ of/.test(page));
      expect(carrying.length).toBeGreaterThan(10);
      for (const page of carrying) {
        expect(page).toMatch(/Figure\s+Where it stands\s+Source/);
        // No row is alone with the heading.
        expect(page.match(/\bkm\s+Row \d+ of/g)?.length).toBeGreaterThan(1);
      }
      expect(summary.pages).toBe(pages.length - 1);
    });
  });

  testWith('pdftotext', 'of 20 columns stays between the margins', async () => {
    await inTemporaryFolder(async (folder) => {
      const document = await PageDocument.create({
        report: reportOf(),
        language: 'en',
        pageSize: 'A4' as const,
      });
      const report = openFlowedDocument(document);
      const columns = Array.from({ length: 20 }, (_, index) => ({ title: `Column ${index}`, share: 1 / 20 }));
      const rows = Array.from({ length: 40 }, (_, row) =>
        columns.map((_column, column) => ({ text: `${row}.${column} Wasserstand` })),
      );
      const { x, y, width, height } = contentBox(document.geometry);
      const pieces = tablePieces(report, document.structure.root, 'Levels', columns, rows);
      for (const placed of paginate(pieces, { top: y + height, bottom: y })) {
        const canvas = document.addPage();
        for (const { piece, top } of placed) {
          expect(top - piece.height).toBeGreaterThanOrEqual(y - 0.001);
          piece.draw(canvas, top);
        }
        canvas.finish();
      }
      await document.embedFonts();
      const path = join(folder, 'table.pdf');
      await writePdfFile(document.pdf.context, path);
      expect(await rightmost(path)).toBeLessThanOrEqual(x + width + 0.5);
      const boxes = await runTool('pdftotext', '-bbox', path, '-');
      // Each column begins in its own place, and no word reaches into the next one.
      const step = width / 20;
      for (const [, from, to] of boxes.matchAll(/xMin="([\d.]+)" [^>]* xMax="([\d.]+)"/g))
        expect(Number(to) - Number(from)).toBeLessThanOrEqual(step);
    });
  });
});

describe('letters', () => {
  testWith('pdftotext', 'of Latin, Greek and Cyrillic are printed, composed or not', async () => {
    await inTemporaryFolder(async (folder) => {
      const texts = [
        'Η αντλία χάλασε δύο φορές.',
        'Насос сломался дважды.',
        'Ç̌ȩ̌ with marks: n̈ ộ q̃.',
        'Łódź, Ærø, Huế.',
      ];
      const report = reportOf({
        findings: texts.map((detail, index) => finding(index + 1, { detail, title: detail })),
      });
      const { path, summary } = await setReport(folder, report);
      expect(summary.preflight).toEqual([]);
      const found = (await textOf(path)).normalize('NFC');
      for (const text of texts.slice(0, 2)) expect(found).toContain(text);
      expect(found).toContain('Łódź, Ærø, Huế.');
      expect(letters(found.normalize('NFD'))).toContain(letters('n̈ ộ q̃'.normalize('NFD')));
    });
  });

  testWith(
    'pdftotext',
    'that the fonts do not have are marked, counted and told; the rest stands',
    async () => {
      await inTemporaryFolder(async (folder) => {
        const hindi = 'अधिकांश प्रमुख रचनाएँ 1886 के बाद फ़्रांस में बनीं।';
        const quoting = (detail: string, title = 'Pumps') => ({
          title,
          detail,
          citations: [{ document: 0, chunkId: 'c', quote: detail }],
        });
        const report = reportOf({
          summary: hindi,
          findings: [
            finding(1, quoting('The pump (पम्प) failed twice in March.', 'पम्प')),
            finding(2, quoting(hindi)),
          ],
        });
        const { path, summary } = await setReport(folder, report);
        const text = (await textOf(path)).replaceAll(/\s+/g, ' ');
        expect(text).toContain('“The pump ([…]) failed twice in March.”');
        expect(text).toContain('Summary [in letters that the fonts of this document do not have]');
        expect(text).toContain('“[in letters that the fonts of this document do not have]”');
        expect(summary.preflight).toEqual([
          expect.stringMatching(/^In \d+ places the documents have letters that the fonts do not have; /),
        ]);
        // Who holds only the paper is told as well.
        expect(text).toContain(summary.preflight[0]);
      });
    },
  );

  testWith(
    'pdftotext',
    'of a script of which the fonts have every other letter are not printed with holes',
    async () => {
      await inTemporaryFolder(async (folder) => {
        // Simplified Chinese: most of it is Japanese as well.
        const summary = '我们说这个问题应该马上解决，让所有的人都满意。';
        const { path } = await setReport(folder, reportOf({ summary }));
        const text = (await textOf(path)).replaceAll(/\s+/g, ' ');
        expect(text).toContain('Summary [in letters that the fonts of this document do not have]');
      });
    },
  );
});

describe('no page is nearly empty because of', () => {
  testWith('pdftotext', 'a list of findings of any length, or the notes at the end', async () => {
    await inTemporaryFolder(async (folder) => {
      for (const count of [26, 40]) {
        const { path } = await setReport(folder, reportOf({ findings: findings(count) }), {
          name: `${count}.pdf`,
        });
        const pages = (await textOf(path)).split('\f').slice(0, -1);
        const contents = pages.filter((page) => /^.* Contents\n/.test(page));
        for (const page of contents) expect(page.split('\n').length).toBeGreaterThan(18);
        const last = (pages.at(-1) ?? '').split('\n').filter((line) => line.trim() !== '');
        // Running head, page number and four lines more.
        expect([count, last.length]).toEqual([count, Math.max(last.length, 7)]);
        expect(pages.at(-1)).toContain('How this report was made');
      }
    });
  });

  testWith('pdftotext', 'documents in their dozens', async () => {
    await inTemporaryFolder(async (folder) => {
      const documents = Array.from({ length: 50 }, (_, index) => ({
        index,
        title: `Minutes ${index + 1}`,
        format: 'pdf',
        pages: 3,
        chunks: 5,
        chunksRead: 5,
      }));
      const { path } = await setReport(folder, reportOf({ documents }));
      const pages = (await textOf(path)).split('\f');
      expect(pages[0]).toContain('and 41 more: see Sources');
      for (const page of pages) {
        // The facts of a document stand below its name, never on the next page.
        expect(page.match(/\[\d+\]\s+Minutes \d+\n/g)?.length ?? 0).toBe(
          (page.match(/PDF · 3 pages/g)?.length ?? 0) + (page === pages[0] ? 9 : 0),
        );
      }
    });
  });
});
