import { type CreditEntryRow, type Executor, listCreditEntries } from '@pressroom/database';
import { csvLine } from './csv.ts';

const columns = ['id', 'createdAt', 'kind', 'amount', 'delta', 'balanceAfter', 'jobId', 'reason'] as const;
const pageRows = 500;

/** The whole ledger of an account, newest first, as CSV (RFC 4180) in pieces of at most 500 rows. */
export async function* writeLedgerCsv(
  executor: Executor,
  accountId: string,
): AsyncGenerator<string, void, void> {
  yield csvLine(columns);
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
  const fields = { ...row, createdAt: row.createdAt.toISOString() };
  return csvLine(columns.map((column) => fields[column]));
}
