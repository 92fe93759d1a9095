import { type CallRow, type Executor, listCalls } from '@pressroom/database';
import type { UsageMonth } from '@pressroom/domain';
import { csvLine } from './csv.ts';

const columns = [
  'endedAt',
  'jobId',
  'stepId',
  'provider',
  'model',
  'outcome',
  'inputTokens',
  'outputTokens',
  'pictures',
  'micros',
  'durationMs',
] as const;
const pageRows = 500;

/** Every call of a month, newest first, in pieces of at most 500 rows. An empty `micros` is a price that nobody knows. */
export async function* writeUsageCsv(
  executor: Executor,
  accountId: string,
  month: UsageMonth,
): AsyncGenerator<string, void, void> {
  yield csvLine(columns);
  let before: CallRow | undefined;
  for (;;) {
    const rows = await listCalls(executor, { accountId, month, before, limit: pageRows });
    if (rows.length > 0) yield rows.map(toLine).join('');
    before = rows.at(-1);
    if (rows.length < pageRows) return;
  }
}

function toLine(row: CallRow): string {
  const fields = { ...row, endedAt: row.endedAt.toISOString() };
  return csvLine(columns.map((column) => fields[column]));
}
