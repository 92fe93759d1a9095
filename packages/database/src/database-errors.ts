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

/** What PostgreSQL, or a function of ours, says of the refusal beside its message. */
export function detailOf(error: unknown): string | undefined {
  return fieldsOf(error, 'detail').find((value) => typeof value === 'string') as string | undefined;
}

function chainHas(error: unknown, field: 'constraint' | 'code', value: string): boolean {
  return fieldsOf(error, field).includes(value);
}

/** Of the error and of its causes, outermost first. */
function fieldsOf(error: unknown, field: 'constraint' | 'code' | 'detail'): readonly unknown[] {
  const found: unknown[] = [];
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as { cause?: unknown }).cause
  ) {
    found.push((current as Readonly<Record<string, unknown>>)[field]);
  }
  return found;
}
