import { parse } from 'csv-parse/sync';

export interface CsvDialect {
  readonly delimiter: string;
}

const delimiters = [',', ';', '\t', '|'] as const;
const sampleRecords = 50;

/**
 * The delimiter of a table from its beginning, or undefined when the text does not look like one: the delimiter that parts the
 * records into the most equal and then the most fields. `strict` asks that nearly all of many records agree, for a text that
 * nobody has called a table.
 */
export function detectCsvDialect(
  sample: string,
  options: { readonly strict: boolean },
): CsvDialect | undefined {
  const scored = delimiters
    .map((delimiter) => ({ delimiter, ...agreement(sample, delimiter) }))
    .filter(({ columns }) => columns > 1)
    .sort((a, b) => b.share - a.share || b.columns - a.columns);
  const best = scored[0];
  if (best === undefined) return options.strict ? undefined : { delimiter: ',' };
  if (options.strict && (best.share < 0.95 || best.records < 3)) return undefined;
  return { delimiter: best.delimiter };
}

/** How many fields most records have, and the share of records that have as many. */
function agreement(sample: string, delimiter: string): { columns: number; share: number; records: number } {
  let rows: string[][];
  try {
    rows = parse(completeLines(sample), {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      to: sampleRecords,
      skip_empty_lines: true,
    });
  } catch {
    return { columns: 0, share: 0, records: 0 };
  }
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  const [columns, agreeing] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
  return { columns, share: rows.length === 0 ? 0 : agreeing / rows.length, records: rows.length };
}

/** The sample may end in the middle of a record. */
function completeLines(sample: string): string {
  const end = Math.max(sample.lastIndexOf('\n'), sample.lastIndexOf('\r'));
  return sample.length < 16_384 || end < 0 ? sample : sample.slice(0, end);
}
