import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, migrateDatabase, openDatabase } from '@pressroom/database';
import { silentLog } from '@pressroom/domain';
import { createMetrics } from '@pressroom/observability';
import { createTestDatabase, signal } from '@pressroom/testing';
import { createMaintenanceRunner, type MaintenanceTask, type TaskReport } from '../src/index.ts';

let database: Database;
beforeAll(async () => {
  const { url } = await createTestDatabase({ template: { name: 'runner', prepare: migrateDatabase } });
  database = openDatabase({ url, poolSize: 2, log: silentLog, applicationName: 'runner-tests' });
});
afterAll(() => database.close());

const runnerOf = (processId: string) =>
  createMaintenanceRunner({
    database,
    processId,
    metrics: createMetrics({ service: 'test' }),
    log: silentLog,
  });
const taskOf = (name: string, run: () => Promise<TaskReport>): MaintenanceTask => ({
  name,
  everyMs: 600_000,
  limitMs: 60_000,
  run,
});

test('a process counts the runs that were its turn by how they ended', async () => {
  const runner = runnerOf('one');
  const other = runnerOf('other');
  const begun = signal();
  const gate = signal();
  const slow = taskOf('slow', async () => {
    begun.resolve();
    await gate.promise;
    return { found: 1, fixed: 1 };
  });
  const working = runner.run(slow);
  await begun.promise;
  expect(runner.statistics()).toEqual({ started: 1, completed: 0, failed: 0, active: 1 });
  expect(await other.run(slow)).toBe('not-due');
  gate.resolve();
  expect(await working).toBe('done');
  const broken = taskOf('broken', () => Promise.reject(new Error('The disk is gone')));
  expect(await runner.run(broken)).toBe('failed');
  expect(await runner.run(broken)).toBe('not-due');
  expect(runner.statistics()).toEqual({ started: 2, completed: 1, failed: 1, active: 0 });
  expect(other.statistics()).toEqual({ started: 0, completed: 0, failed: 0, active: 0 });
});
