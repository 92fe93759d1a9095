create or replace function milliseconds(p_interval interval) returns double precision language sql immutable as $$
  select extract(epoch from p_interval) * 1000
$$;
