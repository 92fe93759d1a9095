import { join } from 'node:path';
import { expect, jest } from '@jest/globals';
import { textWidth } from '../src/services/pages/canvas.ts';
import { faceNames } from '../src/services/pages/font-files.ts';
import { PageDocument } from '../src/services/pages/page-document.ts';
import { writePdfFile } from '../src/services/pages/pdf-file-writer.ts';
import { runTool, testWith } from './independent-tools.ts';
import { inTemporaryFolder } from './test-book.ts';

jest.setTimeout(60_000);

/** None ends with a mark: where the tool sees the end of one is its own affair. */
const lines = [
  'Waterworks',
  'す。「キャラッ」、ーﾊﾝｶｸ',
  'ที่เพชรบุรีแซนซิบาร์นา',
  'กำลังน้ำญี่ปุ่น',
  'AV日本TaภาษาไทยWo水',
];

testWith('pdftotext', 'every line is as wide on the page as it was measured, in every face', async () => {
  await inTemporaryFolder(async (folder) => {
    const document = await PageDocument.create({ language: 'en', pageSize: 'A4' as const });
    const canvas = document.addPage(false);
    const expected: { readonly top: number; readonly width: number }[] = [];
    for (const [row, face] of faceNames.entries()) {
      const style = document.style(face, 20, 24);
      for (const [index, line] of lines.entries()) {
        const baseline = 800 - (row * lines.length + index) * 30;
        canvas.artifact('Layout', () => canvas.text([line], 50, baseline, style));
        expected.push({ top: document.geometry.height - baseline, width: textWidth(line, style) });
      }
    }
    canvas.finish();
    await document.embedFonts();
    const path = join(folder, 'lines.pdf');
    await writePdfFile(document.pdf.context, path);
    const found = await runTool('pdftotext', '-bbox', path, '-');
    const boxes = [...found.matchAll(/xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"/g)].map(
      ([, ...sides]) => sides.map(Number),
    );
    for (const { top, width } of expected) {
      const own = boxes.filter(([, yMin = 0, , yMax = 0]) => yMin < top - 3 && yMax > top - 3);
      const right = Math.max(...own.map(([, , xMax = 0]) => xMax));
      expect(right - 50).toBeCloseTo(width, 1);
    }
  });
});
