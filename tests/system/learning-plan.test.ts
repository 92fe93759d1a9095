/** A topic and sources in, a plan with a workbook out, by the whole system as separate processes, on both backends. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Job, OutputFormat } from '@pressroom/domain';
import { type LearningPlan, planSchema, tasksOf } from '@pressroom/plans';
import { temporaryFolder } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import { lectureNotes } from './lecture-notes.ts';
import { backends, startSystem } from './running-system.ts';

const plain = (text: string): string => text.replaceAll(/[#\s]+/g, ' ').trim();

test.each(backends)(
  'on %s, a plan follows and cites its sources, as workbook, JSON, Markdown and calendar; the same again is the same bytes',
  async (backend) => {
    const { path: folder } = await temporaryFolder();
    const system = await startSystem(backend);
    try {
      const { client } = system;
      const path = join(folder, 'notes.md');
      await writeFile(path, lectureNotes);
      const { id: assetId } = await client.uploadAsset(path);
      const submit = async (input: object): Promise<Job> => {
        const { id } = await client.submitJob({
          kind: 'learning-plan',
          input: { topic: 'Linear algebra for graphics', weeklyHours: 2, start: '2026-03-02', ...input },
        });
        return await client.waitForJob(id);
      };
      const save = async (job: Job, format: OutputFormat): Promise<Buffer> => {
        const to = join(folder, `${job.id}.${format}`);
        await client.downloadOutput(job.id, to, { format });
        return await readFile(to);
      };
      const planOf = async (job: Job): Promise<LearningPlan> =>
        planSchema.parse(JSON.parse((await save(job, 'json')).toString()));

      const job = await submit({ documents: [{ assetId }] });
      expect(job).toMatchObject({ status: 'succeeded', error: null });
      expect(job.cost).toMatchObject({ held: 4, captured: 4, refunded: 0 });
      expect(job.output?.formats).toEqual(['pdf', 'json', 'md', 'ics']);
      const plan = await planOf(job);
      expect(plan).toMatchObject({ method: 'outline', remarks: [], dropped: { citations: 0 } });
      expect(plan.modules.map(({ title, tasks }) => [title, ...tasks.map((task) => task.title)])).toEqual([
        ['Vectors', 'What a vector is', 'Products of vectors', 'Review: Vectors'],
        ['Matrices', 'Matrices as maps', 'Inverse matrices', 'Review: Matrices'],
      ]);
      for (const { entries } of plan.weeks)
        expect(entries.reduce((sum, { minutes }) => sum + minutes, 0)).toBeLessThanOrEqual(120);
      const tasks = tasksOf(plan);
      const quotes = tasks.flatMap((task) => [
        ...task.citations.map(({ quote }) => quote),
        ...task.resources.map(({ explanation }) => explanation),
      ]);
      expect(quotes.length).toBeGreaterThan(tasks.length);
      for (const quote of quotes) expect(plain(lectureNotes)).toContain(plain(quote));

      const bytes = await save(job, 'pdf');
      const pdf = await PDFDocument.load(bytes, { updateMetadata: false });
      expect(pdf.getTitle()).toBe('Linear algebra for graphics');
      expect(pdf.getPageCount()).toBe(job.output?.pages);
      expect((await save(job, 'md')).toString()).toContain('- [ ] 1.1 ');
      expect((await save(job, 'ics')).toString()).toMatch(/^BEGIN:VCALENDAR\r\n/);
      await expect(save(job, 'csv')).rejects.toMatchObject({ code: 'not-acceptable' });

      const again = await submit({ documents: [{ assetId }] });
      expect((await save(again, 'pdf')).equals(bytes)).toBe(true);
      expect((await save(again, 'ics')).equals(await save(job, 'ics'))).toBe(true);
      // The document is known and the draft was bought before.
      expect(again.cost).toMatchObject({ captured: 3, refunded: 1, calls: { saved: 1 } });

      const scaffold = await submit({ deadline: '2026-04-30', notes: 'Only on Sundays' });
      expect(await planOf(scaffold)).toMatchObject({ method: 'scaffold', documents: [] });
      expect(scaffold.output?.preflight).toHaveLength(3);

      const hopeless = await submit({ documents: [{ assetId }], weeklyHours: 0.5, deadline: '2026-03-05' });
      expect(hopeless).toMatchObject({ status: 'failed', error: { code: 'plan-does-not-fit' } });
      expect(hopeless.cost).toMatchObject({ captured: 0, refunded: 4 });
    } finally {
      await system.close();
    }
  },
  180_000,
);
