import { type Machine, storableText, type TransitionTable } from '@pressroom/domain';
import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** The `from` states of an event as a SQL array: the guard of every status update comes from the machine's own table. */
export function allowedFrom<State extends string, Table extends TransitionTable<State>>(
  machine: Machine<State, Table>,
  event: keyof Table & string,
): SQL {
  return textArray(machine.transitions[event]?.from ?? []);
}

/** The `to` state of an event. */
export function targetOf<State extends string, Table extends TransitionTable<State>>(
  machine: Machine<State, Table>,
  event: keyof Table & string,
): State {
  const transition = machine.transitions[event];
  if (transition === undefined) throw new Error(`The ${machine.name} machine has no event '${event}'`);
  return transition.to;
}

export function textArray(values: readonly string[]): SQL {
  return sql`${sql.param([...values])}::text[]`;
}

/**
 * JSON as a parameter: drizzle would otherwise spread an array into a list. What a handler found in someone's file may hold
 * characters that PostgreSQL refuses; they are replaced, since the step could otherwise neither succeed nor fail.
 */
export function json(value: unknown): SQL {
  return sql`${JSON.stringify(value, storable)}::jsonb`;
}

function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? storableText(value, value.length) : value;
}

/**
 * The rows of one account, for a query that is ordered by account and then by id. Written as a range on purpose: after
 * `account = x` the planner drops the account from the order and may walk the primary key instead, past every newer row of
 * all other accounts.
 */
export function ofAccount(column: AnyPgColumn, accountId: string): SQL {
  return sql`${column} between ${accountId} and ${accountId}`;
}

/**
 * Selected in a statement that is its own transaction: its commit does not wait for the disk, and a crash of the server may
 * take it back within half a second. Only for what costs nothing but a repetition when it is lost.
 */
export const relaxedCommit: SQL = sql`set_config('synchronous_commit', 'off', true)`;
