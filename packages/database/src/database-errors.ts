/** Names of constraints whose violation means something to a caller. */
export type KnownConstraint =
  | 'accounts_balance_not_negative'
  | 'credit_entries_once'
  | 'idempotency_keys_account_id_key_pk';

/** True when `error` or a cause of it is PostgreSQL's refusal by that constraint. */
export function violates(error: unknown, constraint: KnownConstraint): boolean {
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as { cause?: unknown }).cause
  ) {
    if ((current as { constraint?: unknown }).constraint === constraint) return true;
  }
  return false;
}
