-- Admits jobs to the queue's window, and takes over those whose dispatcher did not confirm in time.
-- Plans are made once a session, for this function and those that it calls: to plan its dozen statements anew took twice as
-- long as to run them. So that the one plan is good for every backlog, whatever the statistics said when it was made, it goes
-- by the indexes and their order alone: no scans of tables, no sorts of what an index has in order. The states that partial
-- indexes name are named here too, beside the arguments: else such a plan could not use these indexes.
create or replace function claim_dispatches(
  p_lock bigint, p_batch integer, p_window integer, p_account_window integer, p_lease_ms double precision,
  p_from text[], p_running text, p_step_from text[]
) returns table (
  id text, account_id text, generation integer, priority integer, created_at timestamptz, queue_place double precision,
  waited_ms double precision, steps jsonb
) language plpgsql set plan_cache_mode = 'force_generic_plan'
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
#variable_conflict use_column
declare
  -- The newest settlements tell the virtual time: jobs settle about in the order of their keys.
  newest_settled constant integer := 20;
  claimed text[];
  admitted text[] := '{}';
  taken text[];
  places integer;
  stale boolean;
  lane record;
  -- Lanes whose only job is being put in or taken out at this moment: 'account priority'.
  held text[] := '{}';
begin
  -- One claim at a time: two at once would count the same free places of the window and fill them twice. The statements
  -- below each see what was committed before the lock was given.
  perform pg_advisory_xact_lock(p_lock);
  insert into priority_lanes as known (priority, virtual_time)
  select served.priority, max(served.admitted_key) from (
    select jobs.priority, jobs.admitted_key from jobs where jobs.settled_at is not null order by jobs.settled_at desc limit newest_settled
  ) served
  where served.admitted_key is not null
    and served.admitted_key > coalesce((select virtual_time from priority_lanes seen where seen.priority = served.priority), -1)
  group by served.priority
  on conflict (priority) do update set virtual_time = greatest(known.virtual_time, excluded.virtual_time);
  -- Delays that are over, and jobs that came to wait in any other way than by a submission.
  perform queue_job(due.id) from (
    select jobs.id from jobs where jobs.status = 'queued' and jobs.status = any(p_from) and jobs.fair_key is null and coalesce(jobs.delay_until, jobs.created_at) <= now()
    order by coalesce(jobs.delay_until, jobs.created_at) limit p_batch for update skip locked
  ) due;
  with overdue as (
    select jobs.id from jobs
    where jobs.status = 'running' and jobs.status = p_running and jobs.enqueued_at is null and jobs.enqueue_lease_until <= now()
    order by jobs.enqueue_lease_until limit p_batch for update skip locked
  ), again as (
    update jobs set generation = jobs.generation + 1, enqueue_lease_until = now() + p_lease_ms * interval '1 millisecond'
    from overdue where jobs.id = overdue.id
    returning jobs.id
  )
  select coalesce(array_agg(again.id), '{}') into claimed from again;
  loop
    select least(p_batch - cardinality(claimed) - cardinality(admitted), p_window - count(*)) into places
    from jobs where jobs.admitted_key is not null and jobs.settled_at is null;
    exit when places <= 0;
    -- The lanes whose heads come first are as many as there are places: no other lane can have a job that is due. Lanes of
    -- accounts at their window are passed over; there are at most as many such accounts as the window has places.
    stale := false;
    for lane in
      with busy as (
        select jobs.account_id, count(*) as flows from jobs where jobs.admitted_key is not null and jobs.settled_at is null group by jobs.account_id
      ), first as (
        select lanes.account_id, lanes.priority, lanes.head_key from account_lanes lanes left join busy on busy.account_id = lanes.account_id
        where lanes.head_key is not null and coalesce(busy.flows, 0) < p_account_window
          and lanes.account_id || ' ' || lanes.priority <> all(held)
        order by lanes.priority desc, lanes.head_key, lanes.account_id limit places
      )
      select first.*, head.fair_key as true_head from first left join lateral (
        select jobs.fair_key from jobs
        where jobs.account_id = first.account_id and jobs.priority = first.priority and jobs.fair_key is not null
        order by jobs.fair_key, jobs.id limit 1
      ) head on true
      where head.fair_key is distinct from first.head_key
    loop
      -- Jobs were cancelled while they waited.
      stale := true;
      if lane.true_head is not null then
        update account_lanes set head_key = lane.true_head
        where account_lanes.account_id = lane.account_id and account_lanes.priority = lane.priority;
      elsif not close_lane(lane.account_id, lane.priority) then
        held := held || (lane.account_id || ' ' || lane.priority);
      end if;
    end loop;
    continue when stale;
    with busy as (
      select jobs.account_id, count(*) as flows from jobs where jobs.admitted_key is not null and jobs.settled_at is null group by jobs.account_id
    ), first as (
      select lanes.account_id, lanes.priority, lanes.head_key, p_account_window - coalesce(busy.flows, 0) as free
      from account_lanes lanes left join busy on busy.account_id = lanes.account_id
      where lanes.head_key is not null and coalesce(busy.flows, 0) < p_account_window
        and lanes.account_id || ' ' || lanes.priority <> all(held)
      order by lanes.priority desc, lanes.head_key, lanes.account_id limit places
    ), candidates as (
      select first.account_id, first.priority, first.free, job.id, job.fair_key from first cross join lateral (
        select jobs.id, jobs.fair_key from jobs
        where jobs.account_id = first.account_id and jobs.priority = first.priority and jobs.fair_key is not null
        order by jobs.fair_key, jobs.id limit least(first.free, places)
      ) job
    ), ranked as (
      select candidates.*, row_number() over (partition by candidates.account_id order by candidates.priority desc, candidates.fair_key, candidates.id) as nth
      from candidates
    ), chosen as (
      select ranked.id from ranked where ranked.nth <= ranked.free order by ranked.priority desc, ranked.fair_key, ranked.id limit places
    ), free as (
      select jobs.id from jobs where jobs.id in (select chosen.id from chosen) and jobs.status = any(p_from) and jobs.fair_key is not null
      for update skip locked
    ), moved as (
      update jobs set status = p_running, generation = jobs.generation + 1, admitted_at = coalesce(jobs.admitted_at, now()),
        admitted_key = jobs.fair_key, fair_key = null, enqueued_at = null,
        enqueue_lease_until = now() + p_lease_ms * interval '1 millisecond', last_event_sequence = jobs.last_event_sequence + 1
      from free where jobs.id = free.id
      returning jobs.id, jobs.last_event_sequence
    ), announced as (
      insert into job_events (job_id, sequence, type, data)
      select moved.id, moved.last_event_sequence, 'job.running', '{}' from moved
    )
    select array_agg(moved.id) into taken from moved;
    exit when taken is null;
    admitted := admitted || taken;
    perform advance_lanes(taken);
  end loop;
  perform observe_pace(admitted, p_window, p_account_window);
  claimed := claimed || admitted;
  if cardinality(claimed) = 0 then
    return;
  end if;
  -- Those of a job's first flow have its generation already.
  update steps set generation = jobs.generation from jobs
  where steps.job_id = jobs.id and jobs.id = any(claimed) and steps.status = any(p_step_from) and steps.generation <> jobs.generation;
  return query
  select jobs.id, jobs.account_id, jobs.generation, jobs.priority, jobs.created_at,
    jobs.admitted_key - coalesce(lanes.queue_base, 0),
    case when jobs.id = any(admitted) then extract(epoch from now() - jobs.queued_at)::double precision * 1000 end,
    coalesce((
      select jsonb_agg(jsonb_build_object('stepId', step.id, 'parentId', step.parent_id, 'key', step.key, 'handler', step.handler,
        'worker', step.worker) order by step.position)
      from steps step where step.job_id = jobs.id and step.status = any(p_step_from)), '[]')
  from jobs left join priority_lanes lanes on lanes.priority = jobs.priority
  where jobs.id = any(claimed)
  -- What comes first here comes first into the queue.
  order by jobs.priority desc, jobs.admitted_key, jobs.id;
end
$$;
