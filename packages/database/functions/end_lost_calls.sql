-- Gives calls up whose processes have not told their end in time, of all providers and models, and adds them to their months: nobody
-- knows what they took. One that ends after all is counted anew by `end_provider_call`. Returns how many there were.
--
-- Two at once take different calls; both take the rows of months in the same order, and nothing after them.
create or replace function end_lost_calls(p_limit integer, p_now timestamptz) returns integer language plpgsql as $$
declare
  moment timestamptz := coalesce(p_now, date_trunc('milliseconds', clock_timestamp()));
  lost bigint[];
  call record;
begin
  select array_agg(id) into lost from (
    select id from provider_calls where outcome = 'running' and expires_at <= moment order by expires_at limit p_limit
    for update skip locked
  ) as expired;
  update provider_calls set outcome = 'lost', ended_at = moment, micros = case when provider = 'offline' then 0 end where id = any(lost);
  for call in select * from provider_calls where id = any(lost) order by account_id, provider, model loop
    perform record_usage(call.account_id, moment, call.provider, call.model, 'lost', 0, 0, 0, call.micros);
  end loop;
  return coalesce(cardinality(lost), 0);
end
$$;
