-- What builds from before fair queueing call, while a release rolls out. They admit in the same order and within the same
-- windows as the others: the window of one account is the one that a newer build claimed with last, or half of all.
create or replace function claim_dispatches(
  p_lock bigint, p_batch integer, p_window integer, p_lease_ms double precision,
  p_from text[], p_running text, p_step_from text[]
) returns table (
  id text, account_id text, generation integer, priority integer, created_at timestamptz, steps jsonb
) language sql as $$
  select claimed.id, claimed.account_id, claimed.generation, claimed.priority, claimed.created_at, claimed.steps
  from claim_dispatches(p_lock, p_batch, p_window,
    (select coalesce(nullif(account_window_flows, 0), greatest(p_window / 2, 1)) from dispatch_pace),
    p_lease_ms, p_from, p_running, p_step_from) claimed
$$;
