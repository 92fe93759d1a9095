import { pipeline } from 'node:stream/promises';
import {
  type AccountRow,
  type CreditEntryRow,
  countJobsByKind,
  findAccount,
  listCreditEntries,
  listUsageMonth,
  readUsageOfMonth,
} from '@pressroom/database';
import {
  type Account,
  type AccountLimits,
  type LedgerEntry,
  type OperatorAccount,
  PressroomError,
  usageMonthOf,
} from '@pressroom/domain';
import { contentDisposition } from '../http/content-disposition.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import type { Handlers } from '../http/exchange.ts';
import { nextLink } from '../http/next-link.ts';
import type { accountRoutes } from '../routes/account-routes.ts';
import { writeLedgerCsv } from '../services/ledger-csv.ts';
import { writeUsageCsv } from '../services/usage-csv.ts';
import { tiersOf } from '../services/usage-rules.ts';
import { toLimits, toUsage } from '../services/usage-view.ts';
import type { EndpointContext } from './endpoint-context.ts';

export function createAccountEndpoints(context: EndpointContext): Handlers<typeof accountRoutes> {
  const { executor } = context.database;
  return {
    getAccount: async (_input, { accountId }) => ({
      status: 200,
      body: toAccount(await requireAccount(context, accountId)),
    }),
    getLedger: async ({ query }, { accountId, request, response, signal }) => {
      response.vary('Accept');
      const type = request.accepts(['application/json', 'text/csv']);
      if (type === 'text/csv') {
        response.setHeader('Content-Type', 'text/csv; charset=utf-8');
        response.setHeader('Content-Disposition', contentDisposition('attachment', 'ledger.csv'));
        await pipeline(writeLedgerCsv(executor, accountId), response, { signal });
        return undefined;
      }
      if (type === false) {
        throw new PressroomError('not-acceptable', 'The ledger comes as application/json or text/csv');
      }
      const beforeId = readCursor(query.cursor, 'number');
      const rows = await listCreditEntries(executor, {
        accountId,
        limit: query.limit + 1,
        ...(beforeId === undefined ? {} : { beforeId }),
      });
      const data = rows.slice(0, query.limit);
      const last = data.at(-1);
      const nextCursor = rows.length > query.limit && last !== undefined ? writeCursor(last.id) : null;
      nextLink(request, response, nextCursor);
      return { status: 200, body: { data: data.map(toLedgerEntry), nextCursor } };
    },
    getUsage: async ({ query }, { accountId, request, response, signal }) => {
      const month = usageMonthOf(
        query.month === undefined ? context.clock.now() : new Date(`${query.month}-01`),
      );
      response.vary('Accept');
      const type = request.accepts(['application/json', 'text/csv']);
      if (type === 'text/csv') {
        response.setHeader('Content-Type', 'text/csv; charset=utf-8');
        response.setHeader(
          'Content-Disposition',
          contentDisposition('attachment', `usage-${month.name}.csv`),
        );
        await pipeline(writeUsageCsv(executor, accountId, month), response, { signal });
        return undefined;
      }
      if (type === false) {
        throw new PressroomError('not-acceptable', 'The usage comes as application/json or text/csv');
      }
      const [rows, jobs, limits] = await Promise.all([
        listUsageMonth(executor, accountId, month),
        countJobsByKind(executor, accountId, month),
        readLimits(context, accountId),
      ]);
      return { status: 200, body: toUsage(month, rows, jobs, limits) };
    },
  };
}

/** Of the month that is now; null when the account has none. */
async function readLimits(context: EndpointContext, accountId: string): Promise<AccountLimits | null> {
  const tiers = tiersOf(context.config.usage);
  const account = await requireAccount(context, accountId);
  const tier = account.tier ?? tiers?.fallback;
  if (tiers === undefined || tier === undefined) return null;
  const month = usageMonthOf(context.clock.now());
  const used = await readUsageOfMonth(context.database.executor, accountId, month);
  return toLimits(tier, tiers, month, used);
}

export async function requireAccount(context: EndpointContext, accountId: string): Promise<AccountRow> {
  const account = await findAccount(context.database.executor, accountId);
  if (account === undefined) throw new PressroomError('not-found', `There is no account ${accountId}`);
  return account;
}

export function toAccount(row: AccountRow): Account {
  const { id, name, balance, weight, tier } = row;
  return { id, name, balance, weight, tier, createdAt: row.createdAt.toISOString() };
}

function toLedgerEntry(row: CreditEntryRow): LedgerEntry {
  const { id, kind, amount, delta, balanceAfter, jobId, round, reason } = row;
  return {
    id,
    kind,
    amount,
    delta,
    balanceAfter,
    jobId,
    round,
    reason,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toOperatorAccount(row: AccountRow): OperatorAccount {
  return { ...toAccount(row), stripeCustomerId: row.stripeCustomerId };
}
