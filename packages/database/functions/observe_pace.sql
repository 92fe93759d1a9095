-- Learns from jobs that were just admitted how fast the system goes, and how far its estimates were off.
create or replace function observe_pace(p_admitted text[], p_window integer, p_account_window integer) returns void language plpgsql set enable_seqscan = off as $$
declare
  -- Seconds in which an observation fades to 1/e.
  memory constant double precision := 300;
  -- An estimate of no more than this says that a place was free, or as good as: nothing had to be computed.
  at_once_ms constant integer := 250;
  -- How far one job moves the factors.
  step constant double precision := 0.05;
  pace record;
  passed double precision;
  fade double precision;
  waiting boolean;
  job record;
begin
  select * into strict pace from dispatch_pace;
  waiting := exists (select from account_lanes where head_key is not null);
  if cardinality(p_admitted) = 0 and waiting = pace.saturated and pace.window_flows = p_window and pace.account_window_flows = p_account_window then
    return;
  end if;
  passed := extract(epoch from clock_timestamp() - pace.observed_at);
  fade := exp(-passed / memory);
  if pace.saturated then
    pace.seconds := pace.seconds * fade + passed;
    pace.credits := pace.credits * fade + coalesce((select sum(greatest(price, 1)) from jobs where id = any(p_admitted)), 0);
  end if;
  for job in
    select extract(epoch from clock_timestamp() - queued_at) * 1000 as waited_ms, estimate_half_ms as half_ms, estimate_most_ms as most_ms
    from jobs where id = any(p_admitted) and estimate_most_ms is not null
  loop
    pace.estimates := pace.estimates + 1;
    pace.within_half := pace.within_half + (job.waited_ms <= job.half_ms)::integer;
    pace.within_most := pace.within_most + (job.waited_ms <= job.most_ms)::integer;
    -- Each factor rises and falls so that it is right as often as it should be (Gibbs, Candès: "Adaptive Conformal Inference
    -- Under Distribution Shift", 2021).
    if job.most_ms > at_once_ms then
      pace.half_factor := pace.half_factor * exp(step * (case when job.waited_ms > job.half_ms then 0.5 else -0.5 end));
      pace.most_factor := pace.most_factor * exp(step * (case when job.waited_ms > job.most_ms then 0.9 else -0.1 end));
    end if;
  end loop;
  pace.half_factor := least(greatest(pace.half_factor, 0.05), 20);
  pace.most_factor := least(greatest(pace.most_factor, pace.half_factor), 100);
  update dispatch_pace set observed_at = clock_timestamp(), saturated = waiting, credits = pace.credits, seconds = pace.seconds,
    window_flows = p_window, account_window_flows = p_account_window, half_factor = pace.half_factor, most_factor = pace.most_factor,
    estimates = pace.estimates, within_half = pace.within_half, within_most = pace.within_most;
end
$$;
