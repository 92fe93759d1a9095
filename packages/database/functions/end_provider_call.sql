-- The end of a call, in one round trip: its usage, the settlement of what was reserved, the breaker, a pause that the provider asked
-- for, and the result. Null for a call that is not known.
--
-- `p_tokens` is what the call really took; null where nobody knows, and then the estimate stands. A call that ended under another
-- epoch of the breaker than it began under says nothing about the provider: the breaker has moved since.
drop function if exists end_provider_call(bigint, text, text, text, integer, integer, integer, integer, double precision, jsonb, integer,
  double precision, jsonb, timestamptz);
create or replace function end_provider_call(
  p_call_id bigint, p_outcome text, p_error_code text, p_verdict text, p_input_tokens integer, p_output_tokens integer,
  p_tokens integer, p_duration_ms integer, p_pause_ms double precision, p_result jsonb, p_failures integer,
  p_recovery_ms double precision, p_transitions jsonb, p_now timestamptz,
  -- Processes of older builds do not give them. Null micros: nobody knows the price.
  p_pictures integer default 0, p_micros bigint default null
) returns table (result jsonb, breaker text) language plpgsql as $$
#variable_conflict use_column
declare
  moment timestamptz;
  call provider_calls;
  state provider_states;
  stored stored_results;
  event text;
begin
  select * into call from provider_calls where id = p_call_id;
  if not found then
    return;
  end if;
  -- In the same order as a call that begins.
  select * into state from provider_states where provider = call.provider and model = call.model for update;
  moment := coalesce(p_now, date_trunc('milliseconds', clock_timestamp()));
  -- By its lock, and not as it was above: another process may just be telling this end, or giving the call up for lost.
  select * into call from provider_calls where id = p_call_id for update;
  if call.outcome not in ('running', 'lost') then
    return;
  end if;
  update provider_calls set outcome = p_outcome, error_code = p_error_code, input_tokens = p_input_tokens,
    output_tokens = p_output_tokens, pictures = p_pictures, micros = p_micros, duration_ms = p_duration_ms, ended_at = moment
  where id = p_call_id;

  if p_recovery_ms is not null and state.epoch = call.epoch then
    if call.probe then
      event := case p_verdict when 'healthy' then 'recover' when 'failing' then 'reopen' else 'abstain' end;
    elsif p_verdict = 'failing' then
      state.failures := state.failures + 1;
      if state.failures >= p_failures then
        event := 'trip';
      end if;
    elsif p_verdict = 'healthy' then
      state.failures := 0;
    end if;
    if event is not null and p_transitions -> event -> 'from' ? state.breaker then
      state.breaker := p_transitions -> event ->> 'to';
      state.epoch := state.epoch + 1;
      state.failures := case event when 'recover' then 0 when 'reopen' then state.failures + 1 else state.failures end;
      state.open_until := case event when 'recover' then null when 'abstain' then moment
        else moment + p_recovery_ms * interval '1 millisecond' end;
      state.probe_step_id := null;
      state.probe_until := null;
      breaker := state.breaker;
    end if;
  end if;
  update provider_states set breaker = state.breaker, epoch = state.epoch, failures = state.failures, open_until = state.open_until,
    probe_step_id = state.probe_step_id, probe_until = state.probe_until,
    paused_until = greatest(paused_until, moment + p_pause_ms * interval '1 millisecond'),
    token_level = token_level + call.reserved_tokens - coalesce(p_tokens, call.reserved_tokens)
  where provider = call.provider and model = call.model;

  if p_result is null then
    delete from stored_results where account_id = call.account_id and key = call.result_key and call_id = p_call_id
      and storage_key is null;
  else
    -- Whoever was first stays: what refers to it goes on to be right.
    insert into stored_results (account_id, key, call_id, step_id, storage_key, media_type, bytes, sha256, width, height, model, used_at)
    select call.account_id, call.result_key, p_call_id, call.step_id, made."storageKey", made."mediaType", made.bytes, made.sha256,
      made.width, made.height, made.model, moment
    from jsonb_to_record(p_result) as made("storageKey" text, "mediaType" text, bytes bigint, sha256 text, width integer,
      height integer, model text)
    on conflict (account_id, key) do update set call_id = excluded.call_id, step_id = excluded.step_id, lease_until = null,
      storage_key = excluded.storage_key, media_type = excluded.media_type, bytes = excluded.bytes, sha256 = excluded.sha256,
      width = excluded.width, height = excluded.height, model = excluded.model, used_at = excluded.used_at
    where stored_results.storage_key is null;
  end if;
  select * into stored from stored_results where account_id = call.account_id and key = call.result_key;
  result := stored_result(stored);
  if call.outcome = 'lost' then
    -- It was counted as one of which nobody knows what it took.
    update usage_months set calls = calls - 1, failed = failed - 1, unpriced_calls = unpriced_calls - (call.micros is null)::integer
    where account_id = call.account_id and month = usage_month(call.ended_at) and provider = call.provider and model = call.model;
  end if;
  perform record_usage(call.account_id, moment, call.provider, call.model, p_outcome, p_input_tokens, p_output_tokens, p_pictures, p_micros);
  perform export_usage(call.account_id, p_call_id, call.provider, moment,
    coalesce(p_input_tokens, 0)::bigint + coalesce(p_output_tokens, 0), p_pictures);
  return next;
end
$$;
