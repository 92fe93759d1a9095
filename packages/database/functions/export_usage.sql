-- Puts what a call took into the outbox, if its account is billed. Calls of the offline provider are not: they cost nobody anything.
create or replace function export_usage(
  p_account_id text, p_call_id bigint, p_provider text, p_moment timestamptz, p_tokens bigint, p_pictures integer
) returns void language sql as $$
  insert into usage_exports (id, account_id, customer_id, call_id, meter, value, used_at)
  select gen_random_uuid()::text, accounts.id, accounts.stripe_customer_id, p_call_id, moved.meter, moved.value, p_moment
  from accounts cross join (values ('tokens', p_tokens), ('pictures', p_pictures::bigint)) as moved(meter, value)
  where accounts.id = p_account_id and accounts.stripe_customer_id is not null and p_provider <> 'offline' and moved.value > 0
  on conflict (call_id, meter) do nothing
$$;
