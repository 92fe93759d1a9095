-- Lets a job that is there already wait for its turn: one that is tried again, or whose delay is over. See `lane_key`.
create or replace function queue_job(p_job_id text) returns double precision language plpgsql set enable_seqscan = off as $$
declare
  job record;
  key double precision;
  estimate record;
begin
  select jobs.account_id, jobs.priority, accounts.weight into strict job
  from jobs join accounts on accounts.id = jobs.account_id where jobs.id = p_job_id;
  key := lane_key(job.account_id, job.priority, job.weight);
  select * into estimate from estimate_admission(job.account_id, job.priority, key);
  update jobs set fair_key = key, admitted_key = null, queued_at = now(), estimate_half_ms = estimate.half_ms,
    estimate_most_ms = estimate.most_ms
  where id = p_job_id;
  return key;
end
$$;
