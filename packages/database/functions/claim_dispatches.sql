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
