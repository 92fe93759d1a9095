-- Everything that decides whether a provider is called now, in one round trip: a stored result of the account, somebody who is
-- making it already, the breaker, a pause that the provider asked for, and the two budgets in fair order. What is granted is
-- reserved in the same transaction. The decisions are explained in docs/decisions/0010-provider-calls.md.
--
-- The moves of the breaker come in as the domain's transition table. `p_recovery_ms` is null for a provider without a breaker.
-- `p_now` is for tests; without it the database's clock holds, which is the same for all workers.
create or replace function begin_provider_call(
  p_account_id text, p_job_id text, p_step_id text, p_provider text, p_model text, p_result_key text, p_tokens integer,
  p_lease_ms double precision, p_recovery_ms double precision, p_requests_per_minute integer, p_tokens_per_minute integer,
  p_transitions jsonb, p_longest_wait_ms double precision, p_now timestamptz
) returns table (kind text, call_id bigint, probe boolean, wait_ms double precision, result jsonb) language plpgsql as $$
#variable_conflict use_column
declare
  -- A step that is this late is passed by those behind it, and is still first when it comes.
  late constant interval := interval '2 seconds';
  moment timestamptz := coalesce(p_now, date_trunc('milliseconds', clock_timestamp()));
  lease constant interval := p_lease_ms * interval '1 millisecond';
  stored stored_results;
  state provider_states;
  locked boolean := false;
  probe_event text;
  this_call bigint;
  request_capacity double precision;
  request_rate double precision;
  requests_now double precision;
  token_capacity double precision;
  token_rate double precision;
  tokens_now double precision;
  elapsed double precision;
  start_tag double precision;
  finish_tag double precision;
  ahead record;
  wait double precision;
begin
  -- Twice: what is there needs no lock, and what was made while this call waited for the lock must not be made again.
  loop
    select * into stored from stored_results where account_id = p_account_id and key = p_result_key;
    if stored.storage_key is not null then
      update stored_results set used_at = moment where account_id = p_account_id and key = p_result_key;
      insert into provider_calls (account_id, job_id, step_id, provider, model, result_key, outcome, micros, started_at, ended_at)
      values (p_account_id, p_job_id, p_step_id, p_provider, p_model, p_result_key, 'saved', 0, moment, moment)
      returning id into this_call;
      perform resume_step(p_step_id, p_job_id);
      perform record_usage(p_account_id, moment, p_provider, p_model, 'saved', 0, 0, 0, 0);
      return query select 'found', this_call, false, 0::double precision, stored_result(stored);
      return;
    end if;
    exit when locked;
    select * into state from provider_states where provider = p_provider and model = p_model for update;
    if not found then
      insert into provider_states (provider, model) values (p_provider, p_model) on conflict do nothing;
      select * into state from provider_states where provider = p_provider and model = p_model for update;
    end if;
    locked := true;
    -- The clock may have gone on while this call waited for its turn.
    moment := coalesce(p_now, date_trunc('milliseconds', clock_timestamp()));
  end loop;

  -- A step that runs again takes its own claim over: whoever held it for this step is dead or replaced.
  if stored.lease_until > moment and stored.step_id <> p_step_id then
    return query select 'busy', null::bigint, false, milliseconds(stored.lease_until - moment), null::jsonb;
    return;
  end if;

  if p_recovery_ms is not null then
    if p_transitions -> 'probe' -> 'from' ? state.breaker then
      if state.open_until > moment then
        return query select 'circuit-open', null::bigint, false, milliseconds(state.open_until - moment), null::jsonb;
        return;
      end if;
      probe_event := 'probe';
    elsif p_transitions -> 'reprobe' -> 'from' ? state.breaker then
      if state.probe_until > moment and state.probe_step_id <> p_step_id then
        -- Nobody knows how long the probe takes: look again a few times within a recovery, and when its lease has run out.
        return query select 'circuit-open', null::bigint, false,
          least(greatest(p_recovery_ms / 10, 1000), milliseconds(state.probe_until - moment)), null::jsonb;
        return;
      end if;
      probe_event := 'reprobe';
    end if;
  end if;

  if state.paused_until > moment then
    return query select 'throttled', null::bigint, false, milliseconds(state.paused_until - moment), null::jsonb;
    return;
  end if;

  if p_requests_per_minute is not null or p_tokens_per_minute is not null then
    elapsed := greatest(0, extract(epoch from moment - coalesce(state.refilled_at, moment)));
    -- A burst of a tenth, and the rest evenly: no 60 seconds have more than the limit.
    request_capacity := greatest(1, p_requests_per_minute / 10);
    request_rate := (p_requests_per_minute - request_capacity + 1) / 60.0;
    requests_now := least(request_capacity, coalesce(state.request_level + elapsed * request_rate, request_capacity));
    token_capacity := p_tokens_per_minute / 10.0;
    token_rate := (p_tokens_per_minute - token_capacity) / 60.0;
    tokens_now := least(token_capacity, coalesce(state.token_level + elapsed * token_rate, token_capacity));

    select start, finish into start_tag, finish_tag from provider_waits
    where provider = p_provider and model = p_model and step_id = p_step_id;
    if not found then
      select greatest(state.virtual_time,
        (select finish from provider_tags where provider = p_provider and model = p_model and account_id = p_account_id),
        (select max(finish) from provider_waits
          where provider = p_provider and model = p_model and account_id = p_account_id and retry_at >= moment - late))
      into start_tag;
      -- Of the two budgets the one of which the call takes the larger part.
      finish_tag := start_tag
        + greatest(1.0 / p_requests_per_minute, p_tokens::double precision / p_tokens_per_minute);
    end if;
    select count(*) as requests, coalesce(sum(tokens), 0) as tokens into ahead from provider_waits
    where provider = p_provider and model = p_model and retry_at >= moment - late and (start, step_id) < (start_tag, p_step_id);
    wait := greatest(0, (1 + ahead.requests - requests_now) / request_rate,
      (least(p_tokens, token_capacity) + ahead.tokens - tokens_now) / token_rate);
    -- Less than a millisecond is an error of rounding.
    if wait >= 0.001 then
      wait := least(wait * 1000, p_longest_wait_ms);
      insert into provider_waits (provider, model, step_id, account_id, start, finish, tokens, retry_at)
      values (p_provider, p_model, p_step_id, p_account_id, start_tag, finish_tag, p_tokens, moment + wait * interval '1 millisecond')
      on conflict (provider, model, step_id) do update set retry_at = excluded.retry_at;
      return query select 'over-budget', null::bigint, false, wait, null::jsonb;
      return;
    end if;
    -- Its own, and those of steps that were cancelled long ago.
    delete from provider_waits where provider = p_provider and model = p_model
      and (step_id = p_step_id or retry_at < moment - interval '1 hour');
    insert into provider_tags (provider, model, account_id, finish) values (p_provider, p_model, p_account_id, finish_tag)
    on conflict (provider, model, account_id) do update set finish = greatest(provider_tags.finish, excluded.finish);
    update provider_states set request_level = requests_now - 1, token_level = tokens_now - p_tokens, refilled_at = moment,
      virtual_time = greatest(virtual_time, start_tag)
    where provider = p_provider and model = p_model;
  end if;

  if probe_event is not null then
    update provider_states set breaker = p_transitions -> probe_event ->> 'to', epoch = epoch + 1, probe_step_id = p_step_id,
      probe_until = moment + lease
    where provider = p_provider and model = p_model
    returning epoch into state.epoch;
  end if;
  insert into provider_calls (account_id, job_id, step_id, provider, model, result_key, outcome, probe, epoch, reserved_tokens,
    started_at, expires_at)
  values (p_account_id, p_job_id, p_step_id, p_provider, p_model, p_result_key, 'running', probe_event is not null, state.epoch,
    p_tokens, moment, moment + lease)
  returning id into this_call;
  insert into stored_results (account_id, key, call_id, step_id, lease_until)
  values (p_account_id, p_result_key, this_call, p_step_id, moment + lease)
  on conflict (account_id, key) do update set call_id = excluded.call_id, step_id = excluded.step_id,
    lease_until = excluded.lease_until;
  perform resume_step(p_step_id, p_job_id);
  return query select 'granted', this_call, probe_event is not null, 0::double precision, null::jsonb;
end
$$;
