import { type CreditEntryRow, type Executor, listCreditEntries } from '@pressroom/database';

const columns = ['id', 'createdAt', 'kind', 'amount', 'delta', 'balanceAfter', 'jobId', 'reason'] as const;
const pageRows = 500;

/** The whole ledger of an account, newest first, as CSV (RFC 4180) in pieces of at most 500 rows. */
export async function* writeLedgerCsv(
  executor: Executor,
  accountId: string,
): AsyncGenerator<string, void, void> {
  yield `${columns.join(',')}\r\n`;
  let beforeId: number | undefined;
  for (;;) {
    const rows = await listCreditEntries(executor, {
      accountId,
      limit: pageRows,
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    if (rows.length > 0) yield rows.map(toLine).join('');
    beforeId = rows.at(-1)?.id;
    if (beforeId === undefined || rows.length < pageRows) return;
  }
}

function toLine(row: CreditEntryRow): string {
  const fields = { ...row, createdAt: row.createdAt.toISOString(), jobId: row.jobId ?? '' };
  return `${columns.map((column) => toField(fields[column])).join(',')}\r\n`;
}

/** A spreadsheet would run text that begins like a formula; the reason is somebody's free text. */
function toField(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
