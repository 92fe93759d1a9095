-- Records what a job has made of a learning plan: the first version of a new one, or the version that the job was to make. The job's
-- row is locked, and its root step has just succeeded, so this happens once for each job.
-- An error with code PR006 says that the version is there already: another job has made it. A worker of an older build does not tell what it
-- has made: what it finished is not taken, and a newer one does it again.
create or replace function record_plan_version(p_job_id text, p_plan jsonb) returns void language plpgsql as $$
declare
  job record;
  made record;
begin
  select account_id, input, plan_id, plan_version into strict job from jobs where id = p_job_id;
  if p_plan is null then
    raise exception 'the job has to tell which version it has made';
  end if;
  select * into made from jsonb_to_record(p_plan)
    as made(id text, document text, plan text, markdown text, calendar text, pages integer, sources jsonb);
  if job.plan_id is null then
    insert into plans (id, account_id, latest_version) values (made.id, job.account_id, 1);
    update jobs set plan_id = made.id, plan_version = 1 where id = p_job_id;
    insert into plan_versions (plan_id, version, job_id, "values", sources, pages, document_asset_id, plan_asset_id, markdown_asset_id,
      calendar_asset_id)
    values (made.id, 1, p_job_id, job.input, made.sources, made.pages, made.document, made.plan, made.markdown, made.calendar);
    return;
  end if;
  update plans set latest_version = job.plan_version, updated_at = now() where id = job.plan_id and latest_version = job.plan_version - 1;
  if not found then
    raise exception 'the version is not the next one' using errcode = 'PR006';
  end if;
  insert into plan_versions (plan_id, version, base_version, job_id, "values", sources, pages, document_asset_id, plan_asset_id,
    markdown_asset_id, calendar_asset_id)
  values (job.plan_id, job.plan_version, (job.input ->> 'baseVersion')::integer, p_job_id, job.input -> 'values', made.sources,
    made.pages, made.document, made.plan, made.markdown, made.calendar);
end
$$;
