import type { FuzzResult } from './run-fuzz.ts';

/** Outcomes by format and code: how many, how long, and the most memory that any took. Columns aligned. */
export function renderOutcomes(results: readonly FuzzResult[]): string {
  const groups = new Map<string, FuzzResult[]>();
  for (const result of results) {
    const name = `${result.case.source.format}\t${endingOf(result.outcome)}`;
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  const rows = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, group]) => {
      const times = group.map(({ outcome }) => outcome.milliseconds).sort((a, b) => a - b);
      const largest = (what: 'root' | 'descendant'): string =>
        String(Math.round(Math.max(...group.map(({ outcome }) => outcome.peaks[what])) / 1024 ** 2));
      return [
        ...name.split('\t'),
        String(group.length),
        String(times[times.length >> 1]),
        String(times.at(-1)),
        largest('root'),
        largest('descendant'),
      ];
    });
  const head = ['format', 'ended', 'cases', 'median ms', 'longest ms', 'handler MiB', 'reader MiB'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** For programs. */
export function documentOf({ case: planned, outcome, folder }: FuzzResult): object {
  const { seed, number, source, mediaType, told } = planned;
  return { seed, number, source: source.name, mediaType, told, ...outcome, folder };
}

export function endingOf({ ended, code }: FuzzResult['outcome']): string {
  return ended === 'refused' ? (code ?? 'internal') : ended;
}
