-- Moves the lanes of jobs that were just admitted on to what waits behind them.
create or replace function advance_lanes(p_admitted text[]) returns void language plpgsql set enable_seqscan = off as $$
declare
  lane record;
begin
  -- The queue's own order starts anew from the virtual time whenever no other job of the priority is in the queue.
  insert into priority_lanes as known (priority, queue_base)
  select job.priority, coalesce(max(lanes.virtual_time), 0) from jobs job left join priority_lanes lanes on lanes.priority = job.priority
  where job.id = any(p_admitted) and not exists (
    select from jobs other where other.priority = job.priority and other.admitted_key is not null and other.settled_at is null
      and other.id <> all(p_admitted))
  group by job.priority
  on conflict (priority) do update set queue_base = excluded.queue_base where known.queue_base <> excluded.queue_base;
  for lane in
    with served as (
      select job.account_id, job.priority, max(job.admitted_key + greatest(job.price, 1) / accounts.weight) as finish
      from jobs job join accounts on accounts.id = job.account_id where job.id = any(p_admitted) group by job.account_id, job.priority
    ), ahead as (
      select served.*, (
        select job.fair_key from jobs job where job.account_id = served.account_id and job.priority = served.priority
          and job.fair_key is not null order by job.fair_key, job.id limit 1) as head
      from served
    )
    update account_lanes set finish_tag = greatest(account_lanes.finish_tag, ahead.finish), head_key = coalesce(ahead.head, account_lanes.head_key)
    from ahead where account_lanes.account_id = ahead.account_id and account_lanes.priority = ahead.priority
    returning account_lanes.account_id, account_lanes.priority, ahead.head
  loop
    if lane.head is null then
      perform close_lane(lane.account_id, lane.priority);
    end if;
  end loop;
end
$$;
