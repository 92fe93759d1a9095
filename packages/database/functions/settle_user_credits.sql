-- Ends the hold of a round: the capture and the refund that make it up, in this order, by one lock of the account.
-- A capture leaves the balance as it is, since the hold has lowered it; without a refund the account is not written, only
-- locked: the next entry's balance follows this one's.
create or replace function settle_user_credits(
  p_account_id text, p_job_id text, p_round integer, p_captured integer, p_refunded integer, p_reason text
) returns bigint language plpgsql as $$
declare
  balance_now bigint;
begin
  if p_refunded = 0 then
    select balance into balance_now from accounts where id = p_account_id for no key update;
  else
    update accounts set balance = balance + p_refunded where id = p_account_id returning balance into balance_now;
  end if;
  if not found then
    raise exception 'there is no account %', p_account_id using errcode = 'no_data_found';
  end if;
  insert into credit_entries (account_id, job_id, kind, amount, delta, balance_after, reason, round)
  values (p_account_id, p_job_id, 'capture', p_captured, 0, balance_now - p_refunded, p_reason, p_round),
    (p_account_id, p_job_id, 'refund', p_refunded, p_refunded, balance_now, p_reason, p_round);
  return balance_now;
end
$$;
