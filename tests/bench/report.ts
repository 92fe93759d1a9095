import { comparedFigure, isMet, type Measurement } from './scenario.ts';

/** For people: one line a measurement, columns aligned. */
export function renderTable(measurements: readonly Measurement[]): string {
  const rows = [
    ['name', 'ours', 'limit', 'compared', 'aim', 'met?'],
    ...measurements.map((each) => [
      each.name,
      `${figure(each.ours)} ${each.unit}`,
      each.limit === undefined ? '' : `${figure(each.limit)} ${each.unit}`,
      compared(each, comparedFigure(each)),
      aim(each),
      met(isMet(each)),
    ]),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** For programs: the same with everything behind it. */
export function toDocument(
  measurements: readonly Measurement[],
  machine: Readonly<Record<string, unknown>>,
  run: { readonly at: string; readonly quick: boolean },
): object {
  return {
    ...run,
    machine,
    measurements: measurements.map((each) => ({
      ...each,
      compared: comparedFigure(each) ?? null,
      met: isMet(each) ?? null,
    })),
  };
}

function compared({ unit, aim: wanted }: Measurement, value: number | undefined): string {
  if (value === undefined || wanted?.comparison === 'value') return '';
  if (wanted?.comparison !== 'difference') return `${value.toFixed(2)} ×`;
  return `${value < 0 ? '−' : '+'}${figure(Math.abs(value))} ${unit}`;
}

function aim({ unit, aim: wanted }: Measurement): string {
  if (wanted === undefined) return '';
  const [sign, bound] = wanted.atLeast === undefined ? ['≤', wanted.atMost] : ['≥', wanted.atLeast];
  if (wanted.comparison === 'ratio') return `${sign} ${bound} ×`;
  return `${sign} ${wanted.comparison === 'difference' ? '+' : ''}${bound} ${unit}`;
}

function met(value: boolean | undefined): string {
  if (value === undefined) return '';
  return value ? 'yes' : 'NO';
}

function figure(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
