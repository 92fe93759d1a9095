/** A plan and its later versions by the whole system as separate processes, on both backends. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Job, OutputFormat, RegenerationRequest } from '@pressroom/domain';
import { type LearningPlan, planSchema, tasksOf } from '@pressroom/plans';
import { temporaryFolder } from '@pressroom/testing';
import ICAL from 'ical.js';
import { PDFDocument } from 'pdf-lib';
import { lectureNotes } from './lecture-notes.ts';
import { backends, startSystem } from './running-system.ts';

const idsOf = (plan: LearningPlan): string[] => tasksOf(plan).map(({ id }) => id);
const resourcesOf = (plan: LearningPlan) =>
  new Map(tasksOf(plan).map(({ id, resources }) => [id, resources] as const));

test.each(backends)(
  'on %s, a plan is regenerated: a new version with a diff, the old one stays, tasks keep ids and resources, nothing is bought twice',
  async (backend) => {
    const { path: folder } = await temporaryFolder();
    const system = await startSystem(backend);
    try {
      const { client } = system;
      const path = join(folder, 'notes.md');
      await writeFile(path, lectureNotes);
      const { id: assetId } = await client.uploadAsset(path);
      const first = await client.waitForJob(
        (
          await client.submitJob({
            kind: 'learning-plan',
            input: {
              topic: 'Linear algebra for graphics',
              weeklyHours: 2,
              start: '2026-03-02',
              documents: [{ assetId }],
            },
          })
        ).id,
      );
      expect(first.plan).toMatchObject({ id: expect.stringMatching(/^plan_/), version: 1 });
      const planId = first.plan?.id ?? '';
      const regenerate = async (request: RegenerationRequest): Promise<Job> => {
        const { id } = await client.regeneratePlan(planId, request);
        const job = await client.waitForJob(id);
        expect(job).toMatchObject({ status: 'succeeded', error: null, kind: 'learning-plan-regeneration' });
        return job;
      };
      const save = async (version: number, format: OutputFormat): Promise<Buffer> => {
        const to = join(folder, `${version}.${format}`);
        await client.downloadPlan(planId, to, { version, format });
        return await readFile(to);
      };
      const planOf = async (version: number): Promise<LearningPlan> =>
        planSchema.parse(JSON.parse((await save(version, 'json')).toString()));
      const eventsOf = async (version: number) => {
        const calendar = new ICAL.Component(ICAL.parse((await save(version, 'ics')).toString()) as unknown[]);
        return calendar.getAllSubcomponents('vevent').map((event) => ({
          uid: String(event.getFirstPropertyValue('uid')),
          sequence: Number(event.getFirstPropertyValue('sequence')),
          isCalledOff: event.getFirstPropertyValue('status') === 'CANCELLED',
        }));
      };
      const v1 = await planOf(1);
      const pdf1 = await save(1, 'pdf');

      // Half the hours: the same draft on other weeks, and no provider is asked.
      const slower = await regenerate({ overrides: { weeklyHours: 1, deadline: '2026-12-31' } });
      expect(slower.plan).toEqual({ id: planId, version: 2, href: `/api/plans/${planId}?version=2` });
      expect(slower.steps.map(({ key }) => key)).toEqual(['plan', 'curate', 'workbook']);
      expect(slower.cost).toMatchObject({
        held: 2,
        captured: 1,
        refunded: 1,
        calls: { made: 0, offline: 0, saved: 0 },
      });
      const v2 = await planOf(2);
      expect(idsOf(v2)).toEqual(idsOf(v1));
      expect(resourcesOf(v2)).toEqual(resourcesOf(v1));
      expect(v2).toMatchObject({ planVersion: 2, weeklyMinutes: 60, deadline: '2026-12-31' });
      expect(v2.weeks.length).toBeGreaterThan(v1.weeks.length);
      const diff = await client.diffPlan(planId);
      expect(diff).toMatchObject({
        from: 1,
        to: 2,
        settings: [
          { field: 'weeklyMinutes', from: '120', to: '60' },
          { field: 'deadline', from: null, to: '2026-12-31' },
        ],
        tasks: { added: [], removed: [], changed: [] },
        resources: { added: [], removed: [] },
      });
      expect(diff.tasks.moved.length).toBeGreaterThan(0);

      // Other exercises: drafted anew along the same sources. The document is known, and so are the tasks.
      const practical = await regenerate({ overrides: { learningStyle: 'practice', deadline: null } });
      expect(practical.cost).toMatchObject({ calls: { made: 0, offline: 1, saved: 0 } });
      const v3 = await planOf(3);
      expect(v3.deadline).toBeUndefined();
      expect(idsOf(v3)).toEqual(idsOf(v1));
      const changed = await client.diffPlan(planId, { from: 1, to: 3 });
      expect(changed.tasks.changed.some(({ description }) => description !== null)).toBe(true);

      // Back to what version 1 was asked for: its draft was bought, and is found.
      const back = await regenerate({ overrides: { learningStyle: 'mixed', weeklyHours: 2 } });
      expect(back.cost).toMatchObject({ calls: { made: 0, offline: 0, saved: 1 } });
      const v4 = await planOf(4);
      expect(v4.modules.map(({ tasks }) => tasks)).toEqual(v1.modules.map(({ tasks }) => tasks));
      expect(await client.diffPlan(planId, { from: 1, to: 4 })).toMatchObject({
        settings: [],
        tasks: { added: [], removed: [], moved: [], changed: [] },
        resources: { added: [], removed: [] },
      });

      // Without its sources it is another plan; what was in calendars is called off.
      await regenerate({ baseVersion: 1, overrides: { documents: [], notes: 'Without the script' } });
      const v5 = await planOf(5);
      expect(v5).toMatchObject({ method: 'scaffold', planVersion: 5, documents: [] });
      expect(idsOf(v5).some((id) => idsOf(v1).includes(id))).toBe(false);

      // Events keep their names, and later versions come after earlier ones.
      const [one, two, five] = [await eventsOf(1), await eventsOf(2), await eventsOf(5)];
      expect(two.map(({ uid }) => uid)).toEqual(one.map(({ uid }) => uid));
      expect(two.every(({ sequence, isCalledOff }) => sequence === 1 && !isCalledOff)).toBe(true);
      expect(five.every(({ sequence }) => sequence === 4)).toBe(true);
      const off = five.filter(({ isCalledOff }) => isCalledOff).map(({ uid }) => uid);
      expect(new Set(off)).toEqual(new Set(one.map(({ uid }) => uid)));

      // Version 1 is what it was.
      expect((await save(1, 'pdf')).equals(pdf1)).toBe(true);
      const record = await client.getPlan(planId, { version: 1 });
      expect(record).toMatchObject({
        version: 1,
        latestVersion: 5,
        jobId: first.id,
        values: { weeklyHours: 2 },
      });
      expect(record.versions.map(({ version, baseVersion }) => [version, baseVersion])).toEqual([
        [5, 1],
        [4, 3],
        [3, 2],
        [2, 1],
        [1, null],
      ]);
      expect((await save(2, 'md')).toString()).toContain('## What changed since version 1');
      const pdf2 = await PDFDocument.load(await save(2, 'pdf'), { updateMetadata: false });
      expect(pdf2.getPageCount()).toBe((await client.getPlan(planId, { version: 2 })).output.pages);
    } finally {
      await system.close();
    }
  },
  240_000,
);
