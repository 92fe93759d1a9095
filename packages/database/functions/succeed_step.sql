-- Writes a step's output and assets; the root's success settles the job with it. Null when the lease is lost, else whether
-- the job has settled. What was free was delivered all the same, and its credits go back when the job settles.
drop function if exists succeed_step(text, text, integer, text[], text, jsonb, jsonb, text[], text, text[], text, boolean);
create or replace function succeed_step(
  p_step_id text, p_job_id text, p_fence integer, p_from text[], p_to text, p_output jsonb, p_assets jsonb,
  p_job_from text[], p_job_to text, p_cancel_from text[], p_cancel_to text,
  -- Processes of older builds do not give it.
  p_free boolean default false,
  p_plan jsonb default null
) returns boolean language plpgsql as $$
declare
  job record;
  step record;
begin
  -- Locks the job before the step, and takes the number of the event with it; see `claim_step`.
  update jobs set last_event_sequence = last_event_sequence + 1 where id = p_job_id
  returning account_id, plan_id, last_event_sequence as sequence into job;
  if not found then
    return null;
  end if;
  update steps set status = p_to, output = p_output, settled_at = now(), error = null, claimed_by = null, waits_for = null,
    credits = case when p_free then 0 else credits end
  where id = p_step_id and job_id = p_job_id and fence = p_fence and status = any(p_from)
  returning key, parent_id into step;
  if not found then
    update jobs set last_event_sequence = last_event_sequence - 1 where id = p_job_id;
    return null;
  end if;
  insert into assets (id, account_id, role, storage_key, media_type, bytes, sha256, width, height, step_id)
  select asset."assetId", job.account_id, asset.role, asset."storageKey", asset."mediaType", asset.bytes, asset.sha256, asset.width,
    asset.height, p_step_id
  from jsonb_to_recordset(p_assets) as asset("assetId" text, role text, "storageKey" text, "mediaType" text, bytes bigint,
    sha256 text, width integer, height integer);
  insert into job_events (job_id, sequence, type, data)
  values (p_job_id, job.sequence, 'step.succeeded', jsonb_build_object('stepId', p_step_id, 'step', step.key));
  if step.parent_id is not null then
    return false;
  end if;
  if p_plan is not null or job.plan_id is not null then
    perform record_plan_version(p_job_id, p_plan);
  end if;
  return settle_job(p_job_id, p_job_from, p_job_to, p_cancel_from, p_cancel_to, p_to, p_output, null);
end
$$;
