import type { ResourceScope } from '@pressroom/runtime';
import type { BenchServers } from './servers.ts';

/** What decides whether an aim is met: our figure by the limit's, our figure less the limit's, or our figure itself. */
export type Comparison = 'ratio' | 'difference' | 'value';

export interface Aim {
  readonly comparison: Comparison;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One line of the report: our figure beside its limit, both of the same run. */
export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** What the parts below us do alone; absent where the aim is a figure by itself. */
  readonly limit?: number;
  /**
   * By interleaved pairs where there are any: the median of the pairs' ratios or differences, which is steadier than the
   * ratio of the medians.
   */
  readonly compared?: number;
  readonly aim?: Aim;
  /** Samples behind the figures, and whatever a reader needs to judge them. */
  readonly facts?: Readonly<Record<string, number | string | readonly number[]>>;
}

export interface BenchContext {
  readonly servers: BenchServers;
  /** Small and rough: shows that it works, not how fast. */
  readonly quick: boolean;
  /** Closed when the scenario is over, also when it breaks. */
  readonly scope: ResourceScope;
  /** A line for whoever waits. */
  readonly tell: (line: string) => void;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  run(context: BenchContext): Promise<readonly Measurement[]>;
}

/** What the aim is held against. */
export function comparedFigure({ ours, limit, compared, aim }: Measurement): number | undefined {
  if (compared !== undefined) return compared;
  if (aim?.comparison === 'value') return ours;
  if (limit === undefined) return undefined;
  return aim?.comparison === 'difference' ? ours - limit : ours / limit;
}

/** Undefined where there is no aim. */
export function isMet(measurement: Measurement): boolean | undefined {
  const { aim } = measurement;
  const figure = comparedFigure(measurement);
  if (aim === undefined || figure === undefined) return undefined;
  return (
    figure >= (aim.atLeast ?? Number.NEGATIVE_INFINITY) && figure <= (aim.atMost ?? Number.POSITIVE_INFINITY)
  );
}
