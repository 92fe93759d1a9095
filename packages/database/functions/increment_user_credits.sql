-- With `settle_user_credits`, which ends a hold, the one place that changes a balance. Appends the ledger entry that explains it, in the same statement's transaction.
-- A balance below zero is refused by the check accounts_balance_not_negative; a second hold, capture or refund of the same
-- round of a job by the unique index credit_entries_once.
drop function if exists increment_user_credits(text, text, integer, text, text);
create or replace function increment_user_credits(
  p_account_id text, p_kind text, p_amount integer, p_job_id text, p_reason text, p_round integer default 1
) returns bigint language plpgsql as $$
declare
  change integer := case p_kind when 'grant' then p_amount when 'hold' then -p_amount when 'refund' then p_amount else 0 end;
  balance_now bigint;
begin
  update accounts set balance = balance + change where id = p_account_id returning balance into balance_now;
  if not found then
    raise exception 'there is no account %', p_account_id using errcode = 'no_data_found';
  end if;
  insert into credit_entries (account_id, job_id, kind, amount, delta, balance_after, reason, round)
  values (p_account_id, p_job_id, p_kind, p_amount, change, balance_now, p_reason, p_round);
  return balance_now;
end
$$;
