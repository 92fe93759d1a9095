-- The one place that changes a balance. Appends the ledger entry that explains it, in the same statement's transaction.
-- A balance below zero is refused by the check accounts_balance_not_negative; a second hold, capture or refund of a job by
-- the unique index credit_entries_once.
create function increment_user_credits(p_account_id text, p_kind text, p_amount integer, p_job_id text, p_reason text)
returns bigint language plpgsql as $$
declare
  change integer := case p_kind when 'grant' then p_amount when 'hold' then -p_amount when 'refund' then p_amount else 0 end;
  balance_now bigint;
begin
  update accounts set balance = balance + change where id = p_account_id returning balance into balance_now;
  if not found then
    raise exception 'there is no account %', p_account_id using errcode = 'no_data_found';
  end if;
  insert into credit_entries (account_id, job_id, kind, amount, delta, balance_after, reason)
  values (p_account_id, p_job_id, p_kind, p_amount, change, balance_now, p_reason);
  return balance_now;
end
$$;
--> statement-breakpoint
create function refuse_ledger_change() returns trigger language plpgsql as $$
begin
  raise exception 'credit_entries is append-only: write a new entry instead' using errcode = 'restrict_violation';
end
$$;
--> statement-breakpoint
create trigger credit_entries_append_only before update or delete on credit_entries
for each row execute function refuse_ledger_change();
--> statement-breakpoint
create trigger credit_entries_no_truncate before truncate on credit_entries
for each statement execute function refuse_ledger_change();
--> statement-breakpoint
-- The sequence number is taken from the job's row, so that numbers are given in commit order and none is missing: a reader
-- that has seen n has seen all below n.
create function append_job_event(p_job_id text, p_type text, p_data jsonb) returns integer language plpgsql as $$
declare
  next_sequence integer;
begin
  update jobs set last_event_sequence = last_event_sequence + 1 where id = p_job_id
  returning last_event_sequence into next_sequence;
  insert into job_events (job_id, sequence, type, data) values (p_job_id, next_sequence, p_type, p_data);
  return next_sequence;
end
$$;
