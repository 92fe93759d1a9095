import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@pressroom/testing';
import type { IngestLanes } from '../stand/ingest-lanes.ts';
import type { StandOutcome } from '../stand/ingest-stand.ts';
import type { StandHoldings } from '../stand/stand-messages.ts';
import { type FuzzCase, planCase } from './fuzz-plan.ts';
import type { FuzzSource } from './fuzz-sources.ts';

export interface FuzzResult {
  readonly case: FuzzCase;
  readonly outcome: StandOutcome;
  /** Where the bytes of a case that failed are. */
  readonly folder: string | undefined;
}

export interface FuzzRun {
  readonly seed: number;
  /** In the order of their numbers. */
  readonly results: readonly FuzzResult[];
  /** What the processes hold more at the end than after their first cases; one sentence for each excess. */
  readonly leaks: readonly string[];
}

export interface FuzzOptions {
  readonly seed: number;
  readonly sources: readonly FuzzSource[];
  readonly lanes: IngestLanes;
  /** Holds the case that is ingested. */
  readonly folder: string;
  /** The number of the first case; default 0. */
  readonly first?: number;
  /** Asked before each case. */
  readonly goesOn: (number: number) => boolean;
  readonly tell: (result: FuzzResult) => void;
  /** Of the reading of one document; default 20. */
  readonly timeoutSeconds?: number;
}

/** Caches are warm and pools are full by then. */
const warmCases = 10;
const allowed = { heapBytes: 64 * 1024 ** 2, openFiles: 16 };

/** Case after case on all lanes. What fails is kept, and the run goes on. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzRun> {
  const { seed, lanes, goesOn, tell } = options;
  const results: FuzzResult[] = [];
  let next = options.first ?? 0;
  const work = async (): Promise<void> => {
    while (goesOn(next)) {
      const result = await runCase(next++, options);
      results.push(result);
      tell(result);
    }
  };
  const until = next + warmCases * lanes.stands.length;
  const warmUp = async (): Promise<void> => {
    while (next < until && goesOn(next)) {
      const result = await runCase(next++, options);
      results.push(result);
      tell(result);
    }
  };
  await Promise.all(lanes.stands.map(warmUp));
  const warm = await holdingsOf(lanes);
  await Promise.all(lanes.stands.map(work));
  const leaks = grown(warm, await holdingsOf(lanes));
  return { seed, results: results.sort((a, b) => a.case.number - b.case.number), leaks };
}

async function runCase(number: number, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, sources, lanes, folder, timeoutSeconds = 20 } = options;
  const planned = await planCase(seed, number, sources);
  const path = join(folder, `case-${number}`);
  await writeFile(path, planned.bytes);
  const outcome = await lanes.ingest(() =>
    Promise.resolve({
      path,
      mediaType: planned.mediaType,
      sort: planned.source.sort,
      timeoutSeconds,
      wantsText: false,
    }),
  );
  await rm(path);
  return {
    case: planned,
    outcome,
    folder: outcome.violations.length === 0 ? undefined : await keep(planned, outcome),
  };
}

async function keep(planned: FuzzCase, outcome: StandOutcome): Promise<string> {
  const { bytes, source, ...facts } = planned;
  const folder = join(repositoryRoot(), 'fuzz-results', `${planned.seed}-${planned.number}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'bytes'), bytes);
  await writeFile(
    join(folder, 'result.json'),
    JSON.stringify({ ...facts, source: source.name, outcome }, undefined, 2),
  );
  return folder;
}

async function holdingsOf(lanes: IngestLanes): Promise<readonly (StandHoldings | undefined)[]> {
  return await Promise.all(lanes.stands.map((stand) => stand.holdings()));
}

/** A process that a case has ended has no beginning to be held against. */
function grown(
  warm: readonly (StandHoldings | undefined)[],
  end: readonly (StandHoldings | undefined)[],
): string[] {
  return end.flatMap((after, lane) => {
    const before = warm[lane];
    if (after === undefined || before === undefined) return [];
    return (Object.keys(allowed) as (keyof typeof allowed)[])
      .filter((what) => after[what] - before[what] > allowed[what])
      .map((what) => `Lane ${lane} holds ${after[what]} ${what} after ${before[what]} at the beginning`);
  });
}
