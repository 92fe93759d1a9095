-- Lets a job wait for its turn: gives it its key, the start tag of start-time fair queueing (Goyal, Vin, Cheng: "Start-time
-- Fair Queueing", SIGCOMM 1996), in the lane of its account and priority. S = max(virtual time, F of the job before it), and
-- F = S + price / weight. Also for a job that was tried again, or whose delay is over.
-- The caller holds the account's row, or is the only one that claims: two at once in a lane would take the same key.
create or replace function queue_job(p_job_id text) returns double precision language plpgsql set enable_seqscan = off as $$
declare
  job record;
  lane record;
  key double precision;
  estimate record;
begin
  select jobs.account_id, jobs.priority, accounts.weight into strict job
  from jobs join accounts on accounts.id = jobs.account_id where jobs.id = p_job_id;
  -- The lock keeps the lane from being closed until this job can be seen; it does not keep a claim from moving the head.
  select finish_tag, head_key into lane from account_lanes
  where account_id = job.account_id and priority = job.priority for key share;
  if not found then
    insert into account_lanes (account_id, priority) values (job.account_id, job.priority) on conflict do nothing;
    select finish_tag, head_key into strict lane from account_lanes
    where account_id = job.account_id and priority = job.priority for key share;
  end if;
  -- The job before it is the last one that waits, or else the last one that was admitted. One that was cancelled while it
  -- waited is neither: an account does not pay for what was never done.
  select greatest(lane.finish_tag,
    coalesce((select virtual_time from priority_lanes where priority = job.priority), 0),
    coalesce((
      select last.fair_key + greatest(last.price, 1) / job.weight from jobs last
      where last.account_id = job.account_id and last.priority = job.priority and last.fair_key is not null
      order by last.account_id desc, last.priority desc, last.fair_key desc, last.id desc limit 1), 0)) into key;
  if lane.head_key is null then
    update account_lanes set head_key = key where account_id = job.account_id and priority = job.priority;
  end if;
  select * into estimate from estimate_admission(job.account_id, job.priority, key);
  update jobs set fair_key = key, admitted_key = null, queued_at = now(), estimate_half_ms = estimate.half_ms,
    estimate_most_ms = estimate.most_ms
  where id = p_job_id;
  return key;
end
$$;
