/** Names of constraints whose violation means something to a caller. */
export type KnownConstraint =
  | 'accounts_balance_not_negative'
  | 'credit_entries_once'
  | 'jobs_one_regeneration'
  | 'steps_reserve'
  | 'idempotency_keys_account_id_key_pk';

/** True when `error` or a cause of it is PostgreSQL's refusal by that constraint. */
export function violates(error: unknown, constraint: KnownConstraint): boolean {
  return chainHas(error, 'constraint', constraint);
}

/** True when `error` or a cause of it has that SQLSTATE. */
export function hasCode(error: unknown, code: string): boolean {
  return chainHas(error, 'code', code);
}

function chainHas(error: unknown, field: 'constraint' | 'code', value: string): boolean {
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as { cause?: unknown }).cause
  ) {
    if ((current as Readonly<Record<string, unknown>>)[field] === value) return true;
  }
  return false;
}
