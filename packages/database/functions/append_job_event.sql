-- The sequence number is taken from the job's row, so that numbers are given in commit order and none is missing: a reader
-- that has seen n has seen all below n.
create or replace function append_job_event(p_job_id text, p_type text, p_data jsonb) returns integer language plpgsql as $$
declare
  next_sequence integer;
begin
  update jobs set last_event_sequence = last_event_sequence + 1 where id = p_job_id
  returning last_event_sequence into next_sequence;
  insert into job_events (job_id, sequence, type, data) values (p_job_id, next_sequence, p_type, p_data);
  return next_sequence;
end
$$;
