/** A seed of `npm run fuzz`, always the same: mutated files end by name or as true documents and pictures, and leave nothing behind. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { temporaryFolder } from '@pressroom/testing';
import { migratedTestDatabase } from '../documents/document-harness.ts';
import { type IngestLanes, openIngestLanes } from '../stand/ingest-lanes.ts';
import { planCase } from './fuzz-plan.ts';
import { type FuzzSource, fuzzSources } from './fuzz-sources.ts';
import { endingOf, renderOutcomes } from './report.ts';
import { runFuzz } from './run-fuzz.ts';

const cases = 24;
let sources: readonly FuzzSource[];
let lanes: IngestLanes;
let folder: string;

/** The project's own samples, so that every machine has the same cases. */
beforeAll(async () => {
  sources = await fuzzSources(undefined);
  folder = (await temporaryFolder()).path;
  lanes = await openIngestLanes(await Promise.all([migratedTestDatabase(), migratedTestDatabase()]), folder);
}, 60_000);
afterAll(() => lanes.close());

test('a case is a pure function of seed and number', async () => {
  const [one, again, other] = await Promise.all([
    planCase(3, 7, sources),
    planCase(3, 7, sources),
    planCase(3, 8, sources),
  ]);
  expect(again.bytes.equals(one.bytes)).toBe(true);
  expect(again.told).toEqual(one.told);
  expect(other.bytes.equals(one.bytes)).toBe(false);
});

test('three hundred cases come from every format, and change what they take', async () => {
  const planned = await Promise.all(Array.from({ length: 300 }, (_, number) => planCase(1, number, sources)));
  expect(new Set(planned.map(({ source }) => source.format)).size).toBe(7);
  const changed = await Promise.all(
    planned.map(async ({ source, bytes }) => !(await source.bytes()).equals(bytes)),
  );
  expect(changed.filter(Boolean).length).toBeGreaterThan(280);
});

test('mutated files end by name or as they should, within their limits', async () => {
  const run = await runFuzz({
    seed: 20,
    sources,
    lanes,
    folder,
    goesOn: (number) => number < cases,
    tell: () => {},
  });
  const failed = run.results.filter(({ outcome }) => outcome.violations.length > 0);
  expect(
    failed.map(({ case: { number, source, told }, outcome }) => ({
      number,
      source: source.name,
      told,
      ended: endingOf(outcome),
      violations: outcome.violations,
    })),
  ).toEqual([]);
  expect(run.results.map(({ case: { number } }) => number)).toEqual(
    Array.from({ length: cases }, (_, at) => at),
  );
  expect(run.leaks).toEqual([]);
  // Both sorts of ending occur, or nothing would be shown.
  const endings = run.results.map(({ outcome }) => endingOf(outcome));
  expect(endings).toContain('accepted');
  expect(endings.some((ending) => ending !== 'accepted')).toBe(true);
  expect(renderOutcomes(run.results)).toMatch(/^format +ended +cases +median ms/);
}, 180_000);
