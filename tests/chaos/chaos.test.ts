/** A seed of `npm run chaos`, always the same: the whole system under fire keeps what it promises (invariants 1 to 6, 8). */
import { describe, expect, test } from '@jest/globals';
import { openChaosStand } from './chaos-stand.ts';
import { runChaos } from './run-chaos.ts';
import { backends, planRun } from './run-plan.ts';

const processes = ['api', 'ingest-worker', 'generate-worker', 'pdf-worker', 'maintenance-worker'].flatMap(
  (app) => [0, 1].map((replica) => `${app}-${replica}`),
);

test('a run is a pure function of its seed', () => {
  expect(planRun(7, 'redis', processes)).toEqual(planRun(7, 'redis', processes));
  expect(planRun(7, 'redis', processes)).not.toEqual(planRun(8, 'redis', processes));
});

test('a hundred seeds strike with every fault, at every process and every link', () => {
  const faults = Array.from({ length: 100 }, (_, seed) => planRun(seed, 'redis', processes).faults).flat();
  expect(new Set(faults.map(({ kind }) => kind)).size).toBe(8);
  expect(new Set(faults.flatMap((fault) => ('process' in fault ? [fault.process] : []))).size).toBe(10);
  expect(
    new Set(faults.flatMap((fault) => (fault.kind === 'link' ? [`${fault.link} ${fault.mode}`] : []))).size,
  ).toBe(16);
});

describe.each(backends)('on %s', (backend) => {
  test('what was accepted settles once, is charged once, and leaves nothing behind', async () => {
    const stand = await openChaosStand(backend);
    try {
      const names = stand.system.processes.map(({ name }) => name);
      expect(names).toEqual(processes);
      for (const seed of [4]) {
        const { violations, jobs } = await runChaos(stand, planRun(seed, backend, names));
        expect({ seed, violations }).toEqual({ seed, violations: [] });
        expect(Object.values(jobs).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
      }
    } finally {
      await stand.close();
    }
  }, 300_000);
});
