-- Says, once, that a step which waited behind its provider's open breaker goes on. Nearly no call is of such a step, and the look
-- takes no lock.
create or replace function resume_step(p_step_id text, p_job_id text) returns void language plpgsql as $$
declare
  step record;
begin
  if not exists (select from steps where id = p_step_id and waits_for is not null) then
    return;
  end if;
  perform from jobs where id = p_job_id for no key update;
  select key, waits_for into step from steps
  where id = p_step_id and job_id = p_job_id and waits_for is not null and settled_at is null for update;
  if not found then
    return;
  end if;
  update steps set waits_for = null where id = p_step_id;
  perform append_job_event(p_job_id, 'step.resumed',
    jsonb_build_object('stepId', p_step_id, 'step', step.key, 'provider', step.waits_for));
end
$$;
