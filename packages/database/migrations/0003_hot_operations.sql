-- What runs for every step of every job is one statement each: one round trip, one commit, and plans that PostgreSQL keeps
-- for the session without named statements, which a pooler in transaction mode would lose. Which states an event allows, and
-- which it leads to, stays in the transition tables of the domain: they come in as arguments.
create or replace function claim_step(
  p_step_id text, p_job_id text, p_generation integer, p_worker text, p_job_status text, p_from text[], p_to text
) returns table (
  fence integer, account_id text, handler text, input jsonb, item_index integer, attempts integer, stage text, stage_data jsonb,
  request_id text, children jsonb
) language plpgsql as $$
#variable_conflict use_column
declare
  job record;
  step record;
begin
  -- The job's row is locked before the step's, here and in every other operation: another order would deadlock with a cancel.
  select jobs.account_id, jobs.request_id into job from jobs where id = p_job_id and status = p_job_status for no key update;
  if not found then
    return;
  end if;
  update steps set status = p_to, fence = steps.fence + 1, claimed_by = p_worker, started_at = coalesce(steps.started_at, now())
  where steps.id = p_step_id and steps.job_id = p_job_id and steps.generation = p_generation and steps.status = any(p_from)
    and not exists (select from steps child where child.parent_id = p_step_id and child.settled_at is null)
  returning * into step;
  if not found then
    return;
  end if;
  perform append_job_event(p_job_id, 'step.started',
    jsonb_build_object('stepId', p_step_id, 'step', step.key, 'attempt', step.attempts + 1));
  return query select step.fence, job.account_id, step.handler, step.input, step.item_index, step.attempts, step.stage, step.stage_data,
    job.request_id, coalesce((
      select jsonb_agg(jsonb_build_object('stepId', child.id, 'handler', child.handler, 'itemIndex', child.item_index,
        'status', child.status, 'output', child.output) order by child.position)
      from steps child where child.parent_id = p_step_id), '[]');
end
$$;
--> statement-breakpoint
-- Ends a job, once: false when it had settled before. `p_delivered` is the status of the steps whose credits are captured;
-- null when nothing was delivered.
create or replace function settle_job(
  p_job_id text, p_from text[], p_to text, p_cancel_from text[], p_cancel_to text, p_delivered text, p_output jsonb, p_error jsonb
) returns boolean language plpgsql as $$
declare
  job record;
  job_captured integer := 0;
begin
  select account_id, price, kind into job from jobs where id = p_job_id and status = any(p_from) for no key update;
  if not found then
    return false;
  end if;
  update steps set status = p_cancel_to, settled_at = now(), claimed_by = null
  where job_id = p_job_id and status = any(p_cancel_from);
  if p_delivered is not null then
    select coalesce(sum(credits), 0) into job_captured from steps where job_id = p_job_id and status = p_delivered;
  end if;
  update jobs set status = p_to, settled_at = now(), captured = job_captured, refunded = price - job_captured,
    output = p_output, error = p_error
  where id = p_job_id;
  perform append_job_event(p_job_id, 'job.' || p_to,
    jsonb_build_object('captured', job_captured, 'refunded', job.price - job_captured)
      || case when p_error is null then '{}' else jsonb_build_object('error', p_error) end);
  perform increment_user_credits(job.account_id, 'capture', job_captured, p_job_id, job.kind || ' ' || p_to);
  perform increment_user_credits(job.account_id, 'refund', job.price - job_captured, p_job_id, job.kind || ' ' || p_to);
  return true;
end
$$;
--> statement-breakpoint
-- Writes a step's output and assets; the root's success settles the job with it. Null when the lease is lost, else whether
-- the job has settled.
create or replace function succeed_step(
  p_step_id text, p_job_id text, p_fence integer, p_from text[], p_to text, p_output jsonb, p_assets jsonb,
  p_job_from text[], p_job_to text, p_cancel_from text[], p_cancel_to text
) returns boolean language plpgsql as $$
declare
  job record;
  step record;
begin
  select account_id into job from jobs where id = p_job_id for no key update;
  if not found then
    return null;
  end if;
  update steps set status = p_to, output = p_output, settled_at = now(), error = null, claimed_by = null
  where id = p_step_id and job_id = p_job_id and fence = p_fence and status = any(p_from)
  returning key, parent_id into step;
  if not found then
    return null;
  end if;
  insert into assets (id, account_id, role, storage_key, media_type, bytes, sha256, width, height, step_id)
  select asset."assetId", job.account_id, asset.role, asset."storageKey", asset."mediaType", asset.bytes, asset.sha256, asset.width,
    asset.height, p_step_id
  from jsonb_to_recordset(p_assets) as asset("assetId" text, role text, "storageKey" text, "mediaType" text, bytes bigint,
    sha256 text, width integer, height integer);
  perform append_job_event(p_job_id, 'step.succeeded', jsonb_build_object('stepId', p_step_id, 'step', step.key));
  if step.parent_id is not null then
    return false;
  end if;
  return settle_job(p_job_id, p_job_from, p_job_to, p_cancel_from, p_cancel_to, p_to, p_output, null);
end
$$;
--> statement-breakpoint
-- Accepts a job, or nothing: its row, its steps, its first event, the hold, and its idempotency key. Null when the key had
-- been taken; an earlier request with the same key that is still under way is waited for.
-- An error with code PR001 says that some of `p_assets` are not in the account, or not of their sort.
create or replace function accept_job(
  p_job jsonb, p_steps jsonb, p_event jsonb, p_assets jsonb, p_idempotency_key text, p_request_hash text
) returns text language plpgsql as $$
declare
  job record;
begin
  if p_idempotency_key is not null then
    insert into idempotency_keys (account_id, key, request_hash) values (p_job ->> 'accountId', p_idempotency_key, p_request_hash)
    on conflict do nothing;
    if not found then
      return null;
    end if;
  end if;
  if exists (
    select from jsonb_to_recordset(p_assets) as wanted("assetId" text, sort text)
    left join assets on assets.id = wanted."assetId" and assets.account_id = p_job ->> 'accountId'
    where assets.id is null or (assets.media_type like 'image/%') <> (wanted.sort = 'image')
  ) then
    raise exception 'some assets cannot be used' using errcode = 'PR001';
  end if;
  insert into jobs (id, account_id, kind, input, on_item_failure, priority, delay_until, metadata, price, request_id)
  select given.id, given."accountId", given.kind, given.input, given."onItemFailure", given.priority, given."delayUntil",
    given.metadata, given.price, given."requestId"
  from jsonb_to_record(p_job) as given(id text, "accountId" text, kind text, input jsonb, "onItemFailure" text, priority integer,
    "delayUntil" timestamptz, metadata jsonb, price integer, "requestId" text)
  returning id, account_id, kind, price into job;
  insert into steps (id, job_id, parent_id, key, position, handler, worker, item_index, credits, input)
  select step.id, job.id, step."parentId", step.key, step.position, step.handler, step.worker, step."itemIndex", step.credits, step.input
  from jsonb_to_recordset(p_steps) as step(id text, "parentId" text, key text, position integer, handler text, worker text,
    "itemIndex" integer, credits integer, input jsonb);
  update idempotency_keys set job_id = job.id where account_id = job.account_id and key = p_idempotency_key;
  perform append_job_event(job.id, 'job.queued', p_event);
  -- Last, because it locks the account's row until the commit.
  perform increment_user_credits(job.account_id, 'hold', job.price, job.id, job.kind || ' submitted');
  return job.id;
end
$$;
--> statement-breakpoint
-- Admits jobs to the queue's window, and takes over those whose dispatcher did not confirm in time.
-- Custom plans, always: only with the states as values can the planner use the partial indexes.
create or replace function claim_dispatches(
  p_lock bigint, p_batch integer, p_window integer, p_lease_ms double precision,
  p_from text[], p_running text, p_step_from text[]
) returns table (
  id text, account_id text, generation integer, priority integer, created_at timestamptz, steps jsonb
) language plpgsql set plan_cache_mode = 'force_custom_plan' as $$
#variable_conflict use_column
declare
  claimed text[];
  announced text;
begin
  -- One claim at a time: two at once would count the same free places of the window and fill them twice. The statements
  -- below each see what was committed before the lock was given.
  perform pg_advisory_xact_lock(p_lock);
  with overdue as (
    select jobs.id from jobs
    where status = p_running and enqueued_at is null and enqueue_lease_until <= now()
    order by enqueue_lease_until limit p_batch for update skip locked
  ), admitted as (
    select jobs.id from jobs
    where status = any(p_from) and (delay_until is null or delay_until <= now())
    order by jobs.priority desc, jobs.id
    limit greatest(0, least(p_batch - (select count(*) from overdue),
      p_window - (select count(*) from jobs where status = p_running)))
    for update skip locked
  ), taken as (
    update jobs set status = p_running, generation = jobs.generation + 1, admitted_at = coalesce(admitted_at, now()),
      enqueue_lease_until = now() + p_lease_ms * interval '1 millisecond'
    where jobs.id in (select overdue.id from overdue union all select admitted.id from admitted)
    returning jobs.id
  )
  select array_agg(taken.id) into claimed from taken;
  if claimed is null then
    return;
  end if;
  for announced in select jobs.id from jobs where jobs.id = any(claimed) and jobs.generation = 1 loop
    perform append_job_event(announced, 'job.running', '{}');
  end loop;
  return query
  with moved as (
    update steps set generation = jobs.generation from jobs
    where steps.job_id = jobs.id and jobs.id = any(claimed) and steps.status = any(p_step_from)
    returning steps.id, steps.job_id, steps.parent_id, steps.key, steps.handler, steps.worker, steps.position
  )
  select jobs.id, jobs.account_id, jobs.generation, jobs.priority, jobs.created_at, coalesce((
    select jsonb_agg(jsonb_build_object('stepId', moved.id, 'parentId', moved.parent_id, 'key', moved.key, 'handler', moved.handler,
      'worker', moved.worker) order by moved.position)
    from moved where moved.job_id = jobs.id), '[]')
  from jobs where jobs.id = any(claimed)
  -- What comes first here comes first into the queue.
  order by jobs.priority desc, jobs.id;
end
$$;
