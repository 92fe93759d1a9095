-- The first day of the month of a moment, in UTC: what usage is added up by.
create or replace function usage_month(p_moment timestamptz) returns date language sql immutable as $$
  select date_trunc('month', p_moment at time zone 'utc')::date
$$;
