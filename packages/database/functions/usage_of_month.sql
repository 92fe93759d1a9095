-- What an account has used of its month, and what its jobs that have not settled may still use. A job's own calls count twice while it
-- runs, as used and as reserved: rather too much than too little. `p_first_job_id` is less than the ids of the month's jobs.
create or replace function usage_of_month(p_account_id text, p_month timestamptz, p_first_job_id text)
returns table (jobs bigint, pictures bigint, tokens bigint, micros bigint, reserved_pictures bigint, reserved_tokens bigint, reserved_micros bigint)
language sql stable as $$
  select (select count(*) from jobs where jobs.account_id = p_account_id and jobs.id >= p_first_job_id and jobs.created_at >= p_month),
    used.pictures, used.tokens, used.micros, held.pictures, held.tokens, held.micros
  from (
    select coalesce(sum(pictures), 0)::bigint as pictures, coalesce(sum(input_tokens + output_tokens), 0)::bigint as tokens,
      coalesce(sum(micros), 0)::bigint as micros
    from usage_months where account_id = p_account_id and month = usage_month(p_month)
  ) used cross join (
    select coalesce(sum((usage_estimate ->> 'pictures')::bigint), 0)::bigint as pictures,
      coalesce(sum((usage_estimate ->> 'tokens')::bigint), 0)::bigint as tokens,
      coalesce(sum((usage_estimate ->> 'micros')::bigint), 0)::bigint as micros
    from jobs where account_id = p_account_id and usage_estimate is not null and settled_at is null
  ) held
$$;
