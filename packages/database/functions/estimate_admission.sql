-- When a job with this key will be admitted, in milliseconds from now: within the first figure for half of such jobs, within
-- the second for nine of ten. Nulls while the pace is not known. Both follow from the keys, without looking at the jobs in
-- between: a lane's keys are the credits in it, divided by its weight.
create or replace function estimate_admission(p_account_id text, p_priority integer, p_key double precision)
returns table (half_ms integer, most_ms integer) language plpgsql stable set enable_seqscan = off as $$
declare
  -- Beyond so many lanes the rest is left to the factors, which learn from what really came: submissions wait for this.
  most_lanes constant integer := 50;
  -- The least that is said, also when a place is free: a claim follows the commit at once.
  least_half_ms constant double precision := 50;
  least_most_ms constant double precision := 250;
  longest_ms constant double precision := 2147483647;
  pace record;
  taken record;
  ahead double precision;
  wait_ms double precision;
begin
  select * into strict pace from dispatch_pace;
  with busy as (
    select account_id, count(*) as flows from jobs where admitted_key is not null and settled_at is null group by account_id
  )
  select coalesce(sum(flows), 0) as flows, coalesce(sum(flows) filter (where account_id = p_account_id), 0) as own,
    coalesce(sum(flows) filter (where flows >= pace.account_window_flows), 0) as full_flows,
    coalesce(array_agg(account_id) filter (where flows >= pace.account_window_flows), '{}') as full_accounts
  into taken from busy;
  -- An account at its window waits for its own jobs only; any other one does not wait for accounts that are at theirs.
  select coalesce(sum((least(case when lane.priority = p_priority then p_key else 'infinity' end, tail.finish) - lane.head_key) * accounts.weight), 0)
  into ahead
  from (
    select * from account_lanes
    where head_key is not null and (priority > p_priority or (priority = p_priority and head_key < p_key))
      and case when p_account_id = any(taken.full_accounts) then account_id = p_account_id
        else account_id <> all(taken.full_accounts) end
    order by priority desc, head_key limit most_lanes
  ) lane
  join accounts on accounts.id = lane.account_id
  cross join lateral (
    select job.fair_key + greatest(job.price, 1) / accounts.weight as finish from jobs job
    where job.account_id = lane.account_id and job.priority = lane.priority and job.fair_key is not null
    order by job.account_id desc, job.priority desc, job.fair_key desc, job.id desc limit 1
  ) tail
  where tail.finish > lane.head_key;
  if ahead <= 0 and taken.flows < pace.window_flows and taken.own < pace.account_window_flows then
    return query select least_half_ms::integer, least_most_ms::integer;
    return;
  end if;
  if pace.seconds < 1 or pace.credits <= 0 or taken.flows = 0 then
    return query select null::integer, null::integer;
    return;
  end if;
  wait_ms := 1000 * (ahead + 1) / (pace.credits / pace.seconds)
    / case when p_account_id = any(taken.full_accounts) then taken.own::double precision / taken.flows
      else greatest(1 - taken.full_flows::double precision / taken.flows, 1.0 / taken.flows) end;
  return query select greatest(least_half_ms, least(longest_ms, wait_ms * pace.half_factor))::integer,
    greatest(least_most_ms, least(longest_ms, wait_ms * pace.most_factor))::integer;
end
$$;
