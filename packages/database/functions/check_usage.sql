-- Refuses a job that does not fit into what is left of its account's month: PR003, with the limit as detail; PR004 when the account is in
-- a tier that is not given. The caller holds the account's row, so that of two jobs that would fit one by one only one comes through.
create or replace function check_usage(p_account_id text, p_tier text, p_usage jsonb) returns void language plpgsql as $$
declare
  limits jsonb := p_usage -> 'tiers' -> p_tier;
  used record;
  quantity record;
begin
  if p_tier is null then
    return;
  end if;
  if limits is null then
    raise exception 'the tier % is not known', p_tier using errcode = 'PR004';
  end if;
  select * into used from usage_of_month(p_account_id, (p_usage ->> 'month')::timestamptz, p_usage ->> 'firstJobId');
  for quantity in
    select * from (values
      ('jobs', used.jobs, 0::bigint, 1::bigint),
      ('pictures', used.pictures, used.reserved_pictures, (p_usage -> 'estimate' ->> 'pictures')::bigint),
      ('tokens', used.tokens, used.reserved_tokens, (p_usage -> 'estimate' ->> 'tokens')::bigint),
      ('micros', used.micros, used.reserved_micros, (p_usage -> 'estimate' ->> 'micros')::bigint)
    ) as quantities(name, used, reserved, asked)
  loop
    if quantity.used + quantity.reserved + quantity.asked > (limits ->> quantity.name)::bigint then
      raise exception 'the month has not enough left' using errcode = 'PR003', detail = jsonb_build_object('tier', p_tier,
        'quantity', quantity.name, 'limit', (limits ->> quantity.name)::bigint, 'used', quantity.used, 'reserved', quantity.reserved,
        'asked', quantity.asked)::text;
    end if;
  end loop;
end
$$;
