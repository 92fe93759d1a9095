import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { armFaultPoints, reach } from '@pressroom/domain';
import { faultsIn } from '@pressroom/process';
import { temporaryFolder } from '@pressroom/testing';

afterEach(() => armFaultPoints(undefined));

test('a point does nothing when nothing is armed', () => {
  expect(reach('pdf.stored')).toBeUndefined();
});

test('a file strikes once and then says which process it struck', async () => {
  const { path } = await temporaryFolder();
  armFaultPoints(faultsIn(path));
  await reach('pdf.stored');
  await writeFile(join(path, 'pdf.stored'), 'fail');
  await reach('step.claimed');
  await expect(reach('pdf.stored')).rejects.toThrow("Told to fail at 'pdf.stored'");
  await reach('pdf.stored');
  expect(await readdir(path)).toEqual([`pdf.stored.struck-${process.pid}`]);
});

test('a file with a number strikes so many times', async () => {
  const { path } = await temporaryFolder();
  armFaultPoints(faultsIn(path));
  await writeFile(join(path, 'pdf.stored'), 'fail 2');
  for (let time = 0; time < 2; time += 1)
    await expect(reach('pdf.stored')).rejects.toThrow("Told to fail at 'pdf.stored'");
  await reach('pdf.stored');
});

test('of two that come to a point at once, one is struck', async () => {
  const { path } = await temporaryFolder();
  armFaultPoints(faultsIn(path));
  await writeFile(join(path, 'pdf.stored'), 'fail');
  const both = await Promise.allSettled([reach('pdf.stored'), reach('pdf.stored')]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a lasting file strikes until it is removed, here as a full disk', async () => {
  const { path } = await temporaryFolder();
  const folder = join(path, 'faults');
  await mkdir(folder);
  armFaultPoints(faultsIn(folder));
  await writeFile(join(folder, 'store.write.always'), 'no-space');
  for (let time = 0; time < 2; time += 1)
    await expect(reach('store.write')).rejects.toMatchObject({ code: 'ENOSPC' });
});
