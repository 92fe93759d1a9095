-- Adds a call that has ended, was given up for lost or was saved, to its account's month. In the transaction that ends the call, as its last lock: the
-- sums are those of the calls, whatever crashes. Null micros: nobody knows the price.
create or replace function record_usage(
  p_account_id text, p_moment timestamptz, p_provider text, p_model text, p_outcome text, p_input_tokens integer,
  p_output_tokens integer, p_pictures integer, p_micros bigint
) returns void language plpgsql as $$
begin
  insert into usage_months as known (account_id, month, provider, model, calls, failed, saved, input_tokens, output_tokens, pictures, micros,
    unpriced_calls)
  values (p_account_id, usage_month(p_moment), p_provider, p_model, (p_outcome <> 'saved')::integer,
    (p_outcome in ('failed', 'aborted', 'lost'))::integer, (p_outcome = 'saved')::integer, coalesce(p_input_tokens, 0),
    coalesce(p_output_tokens, 0), p_pictures, coalesce(p_micros, 0), (p_outcome <> 'saved' and p_micros is null)::integer)
  on conflict (account_id, month, provider, model) do update set calls = known.calls + excluded.calls,
    failed = known.failed + excluded.failed, saved = known.saved + excluded.saved,
    input_tokens = known.input_tokens + excluded.input_tokens, output_tokens = known.output_tokens + excluded.output_tokens,
    pictures = known.pictures + excluded.pictures, micros = known.micros + excluded.micros,
    unpriced_calls = known.unpriced_calls + excluded.unpriced_calls;
end
$$;
