import { PressroomError } from '@pressroom/domain';
import { eq, sql } from 'drizzle-orm';
import type { Executor } from '../connection.ts';
import { violates } from '../database-errors.ts';
import { accounts, type CreditKind } from '../schema.ts';

export type AccountRow = typeof accounts.$inferSelect;

export async function insertAccount(
  executor: Executor,
  account: { id: string; name: string },
): Promise<AccountRow> {
  const [row] = await executor.insert(accounts).values(account).returning();
  if (row === undefined) throw new Error(`Account ${account.id} was not written`);
  return row;
}

export async function findAccount(executor: Executor, accountId: string): Promise<AccountRow | undefined> {
  const [row] = await executor.select().from(accounts).where(eq(accounts.id, accountId));
  return row;
}

/** What is given is set. Nothing happens when there is no such account. */
export async function updateAccount(
  executor: Executor,
  accountId: string,
  change: {
    readonly [Field in 'weight' | 'tier' | 'stripeCustomerId']?: AccountRow[Field] | undefined;
  },
): Promise<void> {
  await executor.update(accounts).set(change).where(eq(accounts.id, accountId));
}

/** False only on a database that nobody has used yet. */
export async function hasAccounts(executor: Executor): Promise<boolean> {
  const rows = await executor.select({ id: accounts.id }).from(accounts).limit(1);
  return rows.length === 1;
}

export interface CreditChange {
  readonly accountId: string;
  readonly kind: CreditKind;
  /** Credits, never negative: the kind decides what they do to the balance. */
  readonly amount: number;
  readonly jobId?: string;
  /** Of the job; 1 when absent. */
  readonly round?: number;
  readonly reason: string;
}

/**
 * Appends to the ledger and returns the new balance.
 *
 * @throws PressroomError `insufficient-credits` when the balance would go below zero
 */
export async function changeCredits(executor: Executor, change: CreditChange): Promise<number> {
  const result = await payable(
    change.amount,
    executor.execute<{ balance: string }>(
      sql`select increment_user_credits(${change.accountId}, ${change.kind}, ${change.amount}, ${change.jobId ?? null}, ${change.reason}, ${change.round ?? 1}) as balance`,
    ),
  );
  return Number(result.rows[0]?.balance);
}

/**
 * The result of a statement that takes credits from an account; `price` says how many, or is asked when they were too many.
 *
 * @throws PressroomError `insufficient-credits` when the balance would go below zero
 */
export async function payable<Result>(
  price: number | (() => Promise<number>),
  statement: Promise<Result>,
): Promise<Result> {
  try {
    return await statement;
  } catch (error) {
    if (!violates(error, 'accounts_balance_not_negative')) throw error;
    const credits = typeof price === 'number' ? price : await price();
    throw new PressroomError(
      'insufficient-credits',
      `This costs ${credits} credits, and the account has fewer`,
      { cause: error, facts: { price: credits } },
    );
  }
}
