-- The place of a waiting job among those that wait, from 1, counted up to `p_most`: jobs that are admitted before it, by
-- priority, key and id. Jobs of other accounts that are at their window do not count: claims pass over them too.
create or replace function queue_position(p_job_id text, p_most integer) returns integer language sql stable as $$
  with self as (
    select job.id, job.account_id, job.priority, job.fair_key from jobs job where job.id = p_job_id and job.fair_key is not null
  ), full_accounts as (
    select account_id from jobs where admitted_key is not null and settled_at is null group by account_id
    having count(*) >= (select account_window_flows from dispatch_pace)
  )
  select 1 + (select count(*)::integer from (
    select from account_lanes lane cross join lateral (
      select from jobs job where job.account_id = lane.account_id and job.priority = lane.priority and job.fair_key is not null
        and (lane.priority > self.priority or (job.fair_key, job.id) < (self.fair_key, self.id))
      order by job.fair_key, job.id limit p_most
    ) ahead
    where lane.head_key is not null
      and (lane.priority > self.priority or (lane.priority = self.priority and lane.head_key <= self.fair_key))
      and (lane.account_id = self.account_id or lane.account_id not in (select account_id from full_accounts))
    limit p_most - 1) counted)
  from self
$$;
