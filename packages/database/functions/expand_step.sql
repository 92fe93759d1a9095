-- Adds steps below one that runs, and hands it back until they have ended. Null when the lease is lost, or the step's flow was rebuilt
-- since it was claimed: then the newer flow's own run asks for them. The job's row is locked first, as by every other operation.
-- The check steps_reserve refuses what its reserve does not pay for.
create or replace function expand_step(
  p_step_id text, p_job_id text, p_fence integer, p_from text[], p_to text, p_job_status text, p_steps jsonb
) returns integer language plpgsql as $$
declare
  -- Above every position: where rows stand while they make room.
  aside constant integer := 1000000000;
  step record;
  added integer := jsonb_array_length(p_steps);
  cost integer := coalesce((
    select sum(given.credits + given.reserve) from jsonb_to_recordset(p_steps) as given(credits integer, reserve integer)), 0);
begin
  perform from jobs where id = p_job_id and status = p_job_status for no key update;
  if not found then
    return null;
  end if;
  update steps set status = p_to, claimed_by = null, retry_at = null, reserve = steps.reserve - cost
  where id = p_step_id and job_id = p_job_id and fence = p_fence and claimed_by is not null and status = any(p_from)
    and generation = claimed_generation
  returning key, position, generation into step;
  if not found then
    return null;
  end if;
  -- They stand before their parent, as planned steps do. In two moves: a position belongs to one row at every moment.
  update steps set position = position + aside where job_id = p_job_id and position >= step.position;
  update steps set position = position - aside + added where job_id = p_job_id and position >= aside;
  insert into steps (id, job_id, parent_id, key, position, handler, worker, item_index, credits, reserve, input, generation)
  select given.id, p_job_id, given."parentId", given.key, step.position + given.position, given.handler, given.worker, given."itemIndex",
    given.credits, given.reserve, given.input, step.generation
  from jsonb_to_recordset(p_steps) as given(id text, "parentId" text, key text, position integer, handler text, worker text,
    "itemIndex" integer, credits integer, reserve integer, input jsonb);
  perform append_job_event(p_job_id, 'step.expanded', jsonb_build_object('stepId', p_step_id, 'step', step.key, 'steps', (
    select jsonb_agg(jsonb_build_object('id', given.id, 'worker', given.worker) order by given.position)
    from jsonb_to_recordset(p_steps) as given(id text, worker text, position integer))));
  return added;
end
$$;
