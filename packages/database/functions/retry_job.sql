-- Runs again what did not succeed, and nothing else: the failed steps (those of `p_failed`, or all), the steps that were
-- cancelled or skipped because of them, and the ones above, which have to use the new results. A settled job begins another
-- round, whose hold is what the last one gave back; in a job that still runs nothing had been given back, and nothing is held.
--
-- Null when the idempotency key had been taken. Errors: PR002 when there is nothing to run again, PR003 when there is no such
-- job, PR004 when its deadline has passed, PR006 when the version of a plan that it makes is there already; and a balance that does not suffice. All of them change nothing.
create or replace function retry_job(
  p_job_id text, p_account_id text, p_failed text[], p_by text, p_from text[], p_to text, p_in_flight text[],
  p_retry_from text[], p_redo_from text[], p_step_to text, p_failed_status text, p_cancelled_status text,
  p_idempotency_key text, p_request_hash text
) returns integer language plpgsql as $$
declare
  job record;
  again text[];
  charged boolean;
begin
  if p_idempotency_key is not null then
    insert into idempotency_keys (account_id, key, request_hash) values (p_account_id, p_idempotency_key, p_request_hash)
    on conflict do nothing;
    if not found then
      return null;
    end if;
  end if;
  select account_id, kind, status, price, captured, round, generation, delay_until, deadline, plan_id, plan_version into job
  from jobs where id = p_job_id and (p_account_id is null or account_id = p_account_id) for no key update;
  if not found then
    raise exception 'there is no such job' using errcode = 'PR003';
  end if;
  update idempotency_keys set job_id = p_job_id where account_id = job.account_id and key = p_idempotency_key;
  charged := job.status = any(p_from);
  if not charged and not job.status = any(p_in_flight) then
    raise exception 'the job is %', job.status using errcode = 'PR002';
  end if;
  -- It would be cancelled at once.
  if job.deadline <= now() then
    raise exception 'the deadline has passed' using errcode = 'PR004';
  end if;
  -- A version does not change: neither its own, nor one that another regeneration has made since.
  if exists (select from plan_versions where plan_id = job.plan_id and version >= job.plan_version) then
    raise exception 'the version is there' using errcode = 'PR006';
  end if;
  if p_failed is not null and not exists (select from steps where job_id = p_job_id and id = any(p_failed) and status = p_failed_status) then
    raise exception 'the step has not failed' using errcode = 'PR002';
  end if;
  with recursive chosen as (
    select id, parent_id from steps
    where job_id = p_job_id and (status = p_cancelled_status or (status = p_failed_status and (p_failed is null or id = any(p_failed))))
    union
    select parent.id, parent.parent_id from steps parent join chosen on parent.id = chosen.parent_id
  )
  select array_agg(id) into again from chosen;
  if again is null then
    raise exception 'every step has succeeded' using errcode = 'PR002';
  end if;
  -- The generation makes what is left of the old flow in the queue of no use, before the dispatcher has built the new one.
  if charged then
    update jobs set status = p_to, round = jobs.round + 1, captured_before = jobs.captured, captured = null, refunded = null,
      settled_at = null, error = null, generation = jobs.generation + 1, enqueued_at = null, enqueue_lease_until = null,
      admitted_key = null
    where id = p_job_id;
  else
    update jobs set generation = jobs.generation + 1, enqueued_at = null, enqueue_lease_until = now() where id = p_job_id;
  end if;
  update steps set status = p_step_to, generation = job.generation + 1, claimed_by = null, attempts = 0, losses = 0, throttled_ms = 0,
    retry_at = null, waits_for = null, stage = null, stage_data = null, progress_done = 0, progress_total = 0, output = null, error = null,
    started_at = null, settled_at = null
  where id = any(again) and (status = any(p_retry_from) or status = any(p_redo_from));
  update dead_letters set replayed_at = now(), replayed_by = p_by where step_id = any(again) and replayed_at is null;
  perform append_job_event(p_job_id, 'job.retried', jsonb_build_object(
    'round', case when charged then job.round + 1 else job.round end, 'steps', cardinality(again),
    'held', case when charged then job.price - job.captured else 0 end));
  if charged then
    perform increment_user_credits(job.account_id, 'hold', job.price - job.captured, p_job_id, job.kind || ' retried', job.round + 1);
    -- Under the account's lock, which the hold has taken, as for a new job: it waits for its turn behind the account's others.
    if job.delay_until is null or job.delay_until <= now() then
      perform queue_job(p_job_id);
    end if;
  end if;
  return cardinality(again);
end
$$;
