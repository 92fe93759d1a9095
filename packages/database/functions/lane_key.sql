-- The next key of an account's lane, for a job that comes to wait in it: the start tag of start-time fair queueing (Goyal, Vin,
-- Cheng: "Start-time Fair Queueing", SIGCOMM 1996). S = max(virtual time, F of the job before it), and F = S + price / weight.
-- The caller holds the account's row, or is the only one that claims: two at once in a lane would take the same key.
create or replace function lane_key(p_account_id text, p_priority integer, p_weight double precision)
returns double precision language plpgsql set enable_seqscan = off as $$
declare
  lane record;
  key double precision;
begin
  -- The lock keeps the lane from being closed until the job can be seen; it does not keep a claim from moving the head.
  select finish_tag, head_key into lane from account_lanes
  where account_id = p_account_id and priority = p_priority for key share;
  if not found then
    insert into account_lanes (account_id, priority) values (p_account_id, p_priority) on conflict do nothing;
    select finish_tag, head_key into strict lane from account_lanes
    where account_id = p_account_id and priority = p_priority for key share;
  end if;
  -- The job before it is the last one that waits, or else the last one that was admitted. One that was cancelled while it
  -- waited is neither: an account does not pay for what was never done.
  select greatest(lane.finish_tag,
    coalesce((select virtual_time from priority_lanes where priority = p_priority), 0),
    coalesce((
      select last.fair_key + greatest(last.price, 1) / p_weight from jobs last
      where last.account_id = p_account_id and last.priority = p_priority and last.fair_key is not null
      order by last.account_id desc, last.priority desc, last.fair_key desc, last.id desc limit 1), 0)) into key;
  if lane.head_key is null then
    update account_lanes set head_key = key where account_id = p_account_id and priority = p_priority;
  end if;
  return key;
end
$$;
