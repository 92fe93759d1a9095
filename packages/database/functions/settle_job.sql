-- Ends a round of a job, once: false when it had settled before. `p_delivered` is the status of the steps whose credits are
-- captured; null when nothing was delivered now. What earlier rounds captured and delivered stays.
create or replace function settle_job(
  p_job_id text, p_from text[], p_to text, p_cancel_from text[], p_cancel_to text, p_delivered text, p_output jsonb, p_error jsonb
) returns boolean language plpgsql as $$
declare
  job record;
  job_captured integer;
  sequence integer;
begin
  select account_id, price, kind, round, captured_before into job
  from jobs where id = p_job_id and status = any(p_from) for no key update;
  if not found then
    return false;
  end if;
  job_captured := job.captured_before;
  update steps set status = p_cancel_to, settled_at = now(), claimed_by = null
  where job_id = p_job_id and status = any(p_cancel_from);
  if p_delivered is not null then
    select greatest(job_captured, coalesce(sum(credits), 0)) into job_captured
    from steps where job_id = p_job_id and status = p_delivered;
  end if;
  update jobs set status = p_to, settled_at = now(), captured = job_captured, refunded = price - job_captured,
    output = coalesce(p_output, output), error = p_error, fair_key = null, last_event_sequence = last_event_sequence + 1
  where id = p_job_id returning last_event_sequence into sequence;
  insert into job_events (job_id, sequence, type, data) values (p_job_id, sequence, 'job.' || p_to,
    jsonb_build_object('captured', job_captured, 'refunded', job.price - job_captured)
      || case when p_error is null then '{}' else jsonb_build_object('error', p_error) end);
  perform settle_user_credits(job.account_id, p_job_id, job.round, job_captured - job.captured_before, job.price - job_captured,
    job.kind || ' ' || p_to);
  return true;
end
$$;
