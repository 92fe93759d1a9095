-- A step's failures with one more, of the given kind; the oldest goes when there are more than fifty.
create or replace function append_failure(p_failures jsonb, p_entry jsonb) returns jsonb language sql stable as $$
  select case when jsonb_array_length(p_failures) >= 50 then p_failures - 0 else p_failures end
    || jsonb_build_array(p_entry || jsonb_build_object('at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
$$;
