-- Takes a lane that has no waiting job out of the claims' sight. False when a job is just being put into it: the lane stays
-- in sight then, and a later claim closes it. Never waits.
create or replace function close_lane(p_account_id text, p_priority integer) returns boolean language plpgsql set enable_seqscan = off as $$
begin
  perform from account_lanes where account_id = p_account_id and priority = p_priority for update skip locked;
  if not found then
    return false;
  end if;
  -- A statement of its own: it sees what was committed before the lock was given.
  update account_lanes set head_key = (
    select job.fair_key from jobs job where job.account_id = p_account_id and job.priority = p_priority and job.fair_key is not null
    order by job.fair_key, job.id limit 1)
  where account_id = p_account_id and priority = p_priority;
  return true;
end
$$;
