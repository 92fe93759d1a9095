-- A step's failures with one more, of the given kind; the oldest goes when there are more than fifty. A wait that is imposed again
-- for the same reason is the same wait: hours behind an open breaker must not push out what went wrong before.
create or replace function append_failure(p_failures jsonb, p_entry jsonb) returns jsonb language sql stable as $$
  select case
    when p_entry ->> 'kind' = 'throttled' and last @> jsonb_build_object('kind', 'throttled', 'code', p_entry -> 'code',
      'round', p_entry -> 'round', 'attempt', p_entry -> 'attempt')
    then p_failures - -1 || jsonb_build_array(last || p_entry || jsonb_build_object('times', coalesce((last ->> 'times')::integer, 1) + 1))
    else case when jsonb_array_length(p_failures) >= 50 then p_failures - 0 else p_failures end
      || jsonb_build_array(p_entry || jsonb_build_object('at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
    end
  from (select p_failures -> -1 as last) known
$$;
