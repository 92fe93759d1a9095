/** The workbook of a later version of a plan: what it says the changes since the one that it was made from. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { assemblePlan, draftOfPlan, type LearningPlan, scaffoldPlan } from '@pressroom/plans';
import { PDFDict, PDFDocument, PDFName } from 'pdf-lib';
import { renderPlan } from '../src/services/plan/render-plan.ts';
import { runTool, testWith } from './independent-tools.ts';
import { outlineTitles } from './read-pdf.ts';
import { inTemporaryFolder } from './test-book.ts';

jest.setTimeout(120_000);

const frame = {
  topic: 'Sailing',
  skillLevel: 'beginner',
  learningStyle: 'mixed',
  weeklyMinutes: 180,
  start: '2026-03-02',
  language: 'en',
  method: 'generated',
  makers: [{ provider: 'gemini', model: 'a-model' }],
  remarks: [],
  documents: [],
  dropped: { citations: 0 },
} as const;

function firstVersion(change: Partial<LearningPlan> = {}): LearningPlan {
  const draft = scaffoldPlan({ ...frame, sections: [], passages: [] });
  return assemblePlan({
    draft,
    cite: () => undefined,
    frame: { ...frame, makers: [...frame.makers], remarks: [], documents: [], ...change },
  });
}

/** Slower, and with one task that is another now. */
function secondVersion(base: LearningPlan): LearningPlan {
  const { draft, cite } = draftOfPlan(base);
  const [task] = draft.modules[0]?.tasks ?? [];
  if (task !== undefined) task.title = 'Sail with somebody who can';
  return assemblePlan({ draft, cite, after: { base, version: 2 }, frame: { ...base, weeklyMinutes: 90 } });
}

async function set(folder: string, plan: LearningPlan, base?: LearningPlan) {
  const path = join(folder, 'plan.pdf');
  await renderPlan({ plan, base, language: 'en', pageSize: 'A4' }, path, () => {});
  const pdf = await PDFDocument.load(await readFile(path), { updateMetadata: false });
  return { path, titles: outlineTitles(pdf.catalog.lookup(PDFName.of('Outlines'), PDFDict)).flat() };
}

test('a later version has a chapter about what changed, a first one has none', async () => {
  await inTemporaryFolder(async (folder) => {
    const base = firstVersion();
    const { titles } = await set(folder, secondVersion(base), base);
    expect(titles).toContain('What changed since version 1');
    expect(titles.indexOf('What changed since version 1')).toBeLessThan(titles.indexOf('Week by week'));
    expect((await set(folder, base)).titles.join()).not.toContain('What changed');
  });
});

testWith(
  'pdftotext',
  'it says what is new, what is gone and what moved; the cover says which version it is',
  async () => {
    await inTemporaryFolder(async (folder) => {
      const base = firstVersion({ notes: 'Only by day' });
      const next = secondVersion({ ...base, notes: undefined });
      const { path } = await set(folder, next, base);
      const text = (await runTool('pdftotext', '-layout', path, '-')).replaceAll(/\s+/gu, ' ');
      for (const words of [
        'LEARNING PLAN, VERSION 2',
        'What changed since version 1',
        'Time a week: 1 h 30 min (was 3 h)',
        'Notes: none any more (was Only by day)',
        'New: Sail with somebody who can (Find your bearings,',
        'Gone: Draw a map of the subject (Find your bearings,',
        'Moved: Set your goal (to week',
      ])
        expect(text).toContain(words);
      const first = await set(folder, base);
      expect(await runTool('pdftotext', first.path, '-')).not.toMatch(/version 1/i);
    });
  },
);

test('a version before with letters that the fonts do not have is no obstacle', async () => {
  await inTemporaryFolder(async (folder) => {
    const base = firstVersion({ notes: '在風中 sailing by day and by night' });
    const { titles } = await set(folder, secondVersion({ ...base, notes: undefined }), base);
    expect(titles).toContain('What changed since version 1');
  });
});
