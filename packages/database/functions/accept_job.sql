-- Accepts a job, or nothing: its row, its steps, its first event, the hold, and its idempotency key. Null when the key had
-- been taken; an earlier request with the same key that is still under way is waited for.
-- An error with code PR001 says that some of `p_assets` are not in the account, or not of their sort; PR002 that the deadline
-- has passed or is more than 366 days ahead; PR006 that the version of a plan that it is to make is not the next one any more; those
-- of `check_usage`. None of them is said of a request that had been accepted before.
drop function if exists accept_job(jsonb, jsonb, jsonb, jsonb, text, text);
create or replace function accept_job(
  p_job jsonb, p_steps jsonb, p_event jsonb, p_assets jsonb, p_idempotency_key text, p_request_hash text,
  -- What the month of its account may hold; null where no account is limited. Processes of older builds do not give it.
  p_usage jsonb default null
) returns text language plpgsql as $$
#variable_conflict use_column
declare
  given record;
  account record;
  key double precision;
  estimate record;
begin
  if p_idempotency_key is not null then
    insert into idempotency_keys (account_id, key, request_hash) values (p_job ->> 'accountId', p_idempotency_key, p_request_hash)
    on conflict do nothing;
    if not found then
      return null;
    end if;
  end if;
  select * into given
  from jsonb_to_record(p_job) as given(id text, "accountId" text, kind text, input jsonb, "onItemFailure" text, priority integer,
    "delayUntil" timestamptz, deadline timestamptz, metadata jsonb, price integer, "requestId" text,
    "planId" text, "planVersion" integer);
  if given.deadline not between now() and now() + interval '366 days' then
    raise exception 'the deadline cannot be used' using errcode = 'PR002';
  end if;
  if exists (
    select from jsonb_to_recordset(p_assets) as wanted("assetId" text, sort text)
    left join assets on assets.id = wanted."assetId" and assets.account_id = given."accountId"
    where assets.id is null or (assets.media_type like 'image/%') <> (wanted.sort = 'image')
  ) then
    raise exception 'some assets cannot be used' using errcode = 'PR001';
  end if;
  -- Locks the account until the commit, so that jobs submitted together get keys one after the other. The key comes before the
  -- row, which is then written once: every later write of it would cost as much again.
  select accounts.weight, coalesce(accounts.tier, p_usage ->> 'fallback') as tier into account
  from accounts where accounts.id = given."accountId" for no key update;
  if p_usage is not null then
    perform check_usage(given."accountId", account.tier, p_usage);
  end if;
  -- A job that is to wait gets its key then.
  if given."delayUntil" is null or given."delayUntil" <= now() then
    key := lane_key(given."accountId", given.priority, account.weight);
  end if;
  select * into estimate from estimate_admission(given."accountId", given.priority, key) where key is not null;
  insert into jobs (id, account_id, kind, input, on_item_failure, priority, delay_until, deadline, metadata, price, request_id,
    plan_id, plan_version, fair_key, queued_at, estimate_half_ms, estimate_most_ms, usage_estimate, last_event_sequence)
  values (given.id, given."accountId", given.kind, given.input, given."onItemFailure", given.priority, given."delayUntil",
    given.deadline, given.metadata, given.price, given."requestId", given."planId", given."planVersion",
    key, case when key is not null then now() end, estimate.half_ms, estimate.most_ms,
    case when account.tier is not null then p_usage -> 'estimate' end, 1);
  -- After the row is there: a regeneration that was under way has ended by now, or its row has refused this one.
  if given."planId" is not null and not exists (
    select from plans where id = given."planId" and account_id = given."accountId" and latest_version = given."planVersion" - 1
  ) then
    raise exception 'the version is not the next one' using errcode = 'PR006';
  end if;
  -- Of the generation that their first flow will have.
  insert into steps (id, job_id, parent_id, key, position, handler, worker, item_index, credits, reserve, input, generation)
  select step.id, given.id, step."parentId", step.key, step.position, step.handler, step.worker, step."itemIndex", step.credits,
    coalesce(step.reserve, 0), step.input, 1
  from jsonb_to_recordset(p_steps) as step(id text, "parentId" text, key text, position integer, handler text, worker text,
    "itemIndex" integer, credits integer, reserve integer, input jsonb);
  insert into job_events (job_id, sequence, type, data) values (given.id, 1, 'job.queued', p_event);
  if p_idempotency_key is not null then
    update idempotency_keys set job_id = given.id where account_id = given."accountId" and idempotency_keys.key = p_idempotency_key;
  end if;
  perform increment_user_credits(given."accountId", 'hold', given.price, given.id, given.kind || ' submitted');
  return given.id;
end
$$;
