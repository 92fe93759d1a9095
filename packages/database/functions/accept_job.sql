-- Accepts a job, or nothing: its row, its steps, its first event, the hold, and its idempotency key. Null when the key had
-- been taken; an earlier request with the same key that is still under way is waited for.
-- An error with code PR001 says that some of `p_assets` are not in the account, or not of their sort; PR002 that the deadline
-- has passed or is more than 366 days ahead. Neither is said of a request that had been accepted before.
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
  if (p_job ->> 'deadline')::timestamptz not between now() and now() + interval '366 days' then
    raise exception 'the deadline cannot be used' using errcode = 'PR002';
  end if;
  if exists (
    select from jsonb_to_recordset(p_assets) as wanted("assetId" text, sort text)
    left join assets on assets.id = wanted."assetId" and assets.account_id = p_job ->> 'accountId'
    where assets.id is null or (assets.media_type like 'image/%') <> (wanted.sort = 'image')
  ) then
    raise exception 'some assets cannot be used' using errcode = 'PR001';
  end if;
  insert into jobs (id, account_id, kind, input, on_item_failure, priority, delay_until, deadline, metadata, price, request_id)
  select given.id, given."accountId", given.kind, given.input, given."onItemFailure", given.priority, given."delayUntil",
    given.deadline, given.metadata, given.price, given."requestId"
  from jsonb_to_record(p_job) as given(id text, "accountId" text, kind text, input jsonb, "onItemFailure" text, priority integer,
    "delayUntil" timestamptz, deadline timestamptz, metadata jsonb, price integer, "requestId" text)
  returning id, account_id, kind, price, delay_until into job;
  insert into steps (id, job_id, parent_id, key, position, handler, worker, item_index, credits, reserve, input)
  select step.id, job.id, step."parentId", step.key, step.position, step.handler, step.worker, step."itemIndex", step.credits, coalesce(step.reserve, 0), step.input
  from jsonb_to_recordset(p_steps) as step(id text, "parentId" text, key text, position integer, handler text, worker text,
    "itemIndex" integer, credits integer, reserve integer, input jsonb);
  update idempotency_keys set job_id = job.id where account_id = job.account_id and key = p_idempotency_key;
  perform append_job_event(job.id, 'job.queued', p_event);
  -- Last, because it locks the account's row until the commit.
  perform increment_user_credits(job.account_id, 'hold', job.price, job.id, job.kind || ' submitted');
  -- Under that lock, so that jobs submitted together get keys one after the other. A job that is to wait gets its key then.
  if job.delay_until is null or job.delay_until <= now() then
    perform queue_job(job.id);
  end if;
  return job.id;
end
$$;
