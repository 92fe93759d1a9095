-- What runs for every step of every job is one statement each: one round trip, one commit, and plans that PostgreSQL keeps
-- for the session without named statements, which a pooler in transaction mode would lose. Which states an event allows, and
-- which it leads to, stays in the transition tables of the domain: they come in as arguments.
--
-- A step that is claimed while another process has it, by the flow that that one had it from, was given up by the queue: its
-- process is lost. The same process, or a flow that was built anew meanwhile, proves no loss.
drop function if exists claim_step(text, text, integer, text, text, text[], text);
create or replace function claim_step(
  p_step_id text, p_job_id text, p_generation integer, p_worker text, p_job_status text, p_from text[], p_to text
) returns table (
  fence integer, account_id text, handler text, input jsonb, item_index integer, attempts integer, stage text, stage_data jsonb,
  request_id text, children jsonb, losses integer, throttled_ms integer
) language plpgsql as $$
#variable_conflict use_column
declare
  job record;
  step record;
  lost_worker text;
  started jsonb;
begin
  -- The job's row is locked before the step's, here and in every other operation: another order would deadlock with a cancel.
  -- The write that locks it also takes the number of the event: a write of a job's row is what costs most here.
  update jobs set last_event_sequence = jobs.last_event_sequence + 1 where jobs.id = p_job_id and jobs.status = p_job_status
  returning jobs.account_id, jobs.request_id, jobs.round, jobs.last_event_sequence as sequence into job;
  if not found then
    return;
  end if;
  select steps.claimed_by into lost_worker from steps
  where steps.id = p_step_id and steps.status = p_to and steps.claimed_by <> p_worker and steps.claimed_generation = p_generation;
  update steps set status = p_to, fence = steps.fence + 1, claimed_by = p_worker, claimed_at = now(), claimed_generation = p_generation,
    started_at = coalesce(steps.started_at, now()), losses = steps.losses + (lost_worker is not null)::integer,
    failures = case when lost_worker is null then steps.failures else append_failure(steps.failures, jsonb_build_object(
      'kind', 'lost', 'round', job.round, 'attempt', steps.attempts + 1, 'code', 'worker-lost',
      'message', 'The process that ran the step was lost', 'worker', lost_worker)) end
  where steps.id = p_step_id and steps.job_id = p_job_id and steps.generation = p_generation and steps.status = any(p_from)
    and not exists (select from steps child where child.parent_id = p_step_id and child.settled_at is null)
  returning * into step;
  if not found then
    -- No event, so no number: nobody can have seen it.
    update jobs set last_event_sequence = jobs.last_event_sequence - 1 where jobs.id = p_job_id;
    return;
  end if;
  if lost_worker is not null then
    insert into job_events (job_id, sequence, type, data) values (p_job_id, job.sequence, 'step.lost',
      jsonb_build_object('stepId', p_step_id, 'step', step.key, 'worker', lost_worker));
  end if;
  -- A step behind an open breaker is delivered once in a recovery to look: it says so when it goes on, in `resume_step`.
  if step.waits_for is null then
    started := jsonb_build_object('stepId', p_step_id, 'step', step.key, 'attempt', step.attempts + 1);
    if lost_worker is null then
      insert into job_events (job_id, sequence, type, data) values (p_job_id, job.sequence, 'step.started', started);
    else
      perform append_job_event(p_job_id, 'step.started', started);
    end if;
  elsif lost_worker is null then
    update jobs set last_event_sequence = jobs.last_event_sequence - 1 where jobs.id = p_job_id;
  end if;
  return query select step.fence, job.account_id, step.handler, step.input, step.item_index, step.attempts, step.stage, step.stage_data,
    job.request_id, coalesce((
      select jsonb_agg(jsonb_build_object('stepId', child.id, 'key', child.key, 'handler', child.handler, 'itemIndex', child.item_index,
        'status', child.status, 'output', child.output) order by child.position)
      from steps child where child.parent_id = p_step_id), '[]'), step.losses, step.throttled_ms;
end
$$;
