/** A topic and sources in, a plan with a workbook out, by the whole system as separate processes, on both backends. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Job, OutputFormat } from '@pressroom/domain';
import { type LearningPlan, planSchema, tasksOf } from '@pressroom/plans';
import { temporaryFolder } from '@pressroom/testing';
import { PDFDocument } from 'pdf-lib';
import { backends, startSystem } from './running-system.ts';

const notes = `# Vectors

## What a vector is

A vector is a quantity with a length and a direction, and an arrow is the usual picture of it. Two vectors are equal when their lengths and their directions are equal, wherever their arrows begin. The sum of two vectors is found by putting the tail of one arrow at the tip of the other. A vector is multiplied by a number by changing its length and keeping its direction. In the plane a vector has two coordinates, in space it has three, and a program keeps them as an array. The length of a vector is the square root of the sum of the squares of its coordinates. A unit vector has the length one, and every vector but the zero vector can be divided by its length. A point of a model is moved by adding the same vector to all of its corners.

## Products of vectors

The dot product of two vectors is a number that tells how alike their directions are. It is the sum of the products of their coordinates, and it is zero when the vectors are perpendicular. A light is computed by the dot product of the direction to the lamp and the normal of the surface. The cross product of two vectors is perpendicular to both of them. The length of the cross product is the area of the parallelogram that the two vectors span. The normal of a triangle is found by the cross product of two of its edges. The order matters for the cross product, because the other order turns the normal around.

# Matrices

## Matrices as maps

A matrix describes a linear map, and its columns are the images of the basis vectors. A vector is mapped by multiplying it with the matrix, one row at a time. The product of two matrices is the map that does one after the other. A rotation of the plane is a matrix with two columns, which hold the cosine and the sine of the angle. Поворот сохраняет длины векторов. A scaling is a matrix with its factors along the diagonal and zeros elsewhere. The order of two maps matters, so the product of two matrices is in general not the same the other way round. A scene keeps one matrix for each of its objects and multiplies them along the tree.

## Inverse matrices

The inverse of a matrix undoes its map, so their product is the identity. A matrix has an inverse when its determinant is not zero. The determinant tells by how much the map scales areas, and its sign tells whether it mirrors them. The inverse of a rotation is its transpose, which costs nothing to compute. The camera of a scene is the inverse of the matrix that places it. Normals are mapped with the transpose of the inverse, or they are no longer perpendicular. A matrix that is nearly singular has an inverse with large entries, and rounding errors grow with them.
`;

const plain = (text: string): string => text.replaceAll(/[#\s]+/g, ' ').trim();

test.each(backends)(
  'on %s, a plan follows and cites its sources, as workbook, JSON, Markdown and calendar; the same again is the same bytes',
  async (backend) => {
    const { path: folder } = await temporaryFolder();
    const system = await startSystem(backend);
    try {
      const { client } = system;
      const path = join(folder, 'notes.md');
      await writeFile(path, notes);
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
      for (const quote of quotes) expect(plain(notes)).toContain(plain(quote));

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
