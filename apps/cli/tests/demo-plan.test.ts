/** `demo plan` as it is called: what is wrong is said before anything is started, and a plan is put beside its workbook. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@pressroom/testing';
import type { DemoPlanOptions } from '../src/commands/demo-options.ts';
import { runDemoPlan } from '../src/commands/demo-plan.ts';

let folder: string;
beforeAll(async () => {
  folder = (await temporaryFolder()).path;
});

async function run(options: Partial<DemoPlanOptions>) {
  let said = '';
  const output = new Writable({
    write: (piece: Buffer, _, done) => {
      said += piece.toString();
      done();
    },
  });
  const code = await runDemoPlan({
    topic: 'Sailing',
    sources: [],
    level: 'beginner',
    hours: 3,
    style: 'mixed',
    start: '2026-03-02',
    pageSize: 'A4',
    out: 'plan.pdf',
    workingFolder: folder,
    projectFolder: folder,
    environment: { PATH: process.env['PATH'] },
    output: output as unknown as NodeJS.WriteStream,
    signal: new AbortController().signal,
    ...options,
  });
  return { code, said };
}

test('what is wrong with a plan is said by the names of the options, and nothing is started', async () => {
  const { code, said } = await run({ hours: 100, start: 'soon', topic: 'x' });
  expect(code).toBe(1);
  expect(said).toMatch(/^The topic: /m);
  expect(said).toMatch(/^--hours: /m);
  expect(said).toMatch(/^--start: /m);
  expect(said).not.toContain('Starting');
  const late = await run({ deadline: '2026-03-01' });
  expect(late.said).toContain('--deadline: The deadline must be after the start');
  expect((await run({ out: '.' })).said).toContain('Name a file in it, such as plan.pdf');
});

test('a source that cannot be read is named, and the plan is made of the others', async () => {
  const path = join(folder, 'notes.md');
  await writeFile(
    path,
    '# Wind\n\nThe wind drives a boat from behind and from the side. A boat cannot sail straight into the wind.\n' +
      'A sail that flaps is let out too far or is too near to the wind.\n',
  );
  await writeFile(join(folder, 'empty.txt'), '');
  const { code, said } = await run({ sources: ['notes.md', 'empty.txt'] });
  expect(said).toContain('empty.txt cannot be used');
  expect(said).toMatch(/plan\.pdf: \d pages/);
  expect(said).toContain('The plan is also in plan.json, plan.md and plan.ics beside it.');
  expect(code).toBe(2);
  const plan = JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8')) as { method: string };
  expect(plan.method).toBe('outline');
  expect((await readFile(join(folder, 'plan.ics'), 'utf8')).split('\r\n')[0]).toBe('BEGIN:VCALENDAR');
});
