import {
  type ExpectedStep,
  jobMachine,
  type QuietJob,
  type ReconcileStore,
  stepMachine,
} from '@pressroom/domain';
import { sql } from 'drizzle-orm';
import type { Database } from '../connection.ts';
import { allowedFrom, targetOf } from '../guard.ts';

interface QuietRow extends Record<string, unknown> {
  id: string;
  generation: number;
  last_event_sequence: number;
  expected: readonly ExpectedStep[];
}

/** The reconciler's view of the record. Any number of them may run at once: only one `reopen` of a state succeeds. */
export function createReconcileStore(database: Database): ReconcileStore {
  return {
    quietJobs: async ({ quietMs, limit, afterJobId, stepsPerJob }) => {
      const unfinished = allowedFrom(stepMachine, 'claim');
      const result = await database.executor.execute<QuietRow>(sql`
        select job.id, job.generation, job.last_event_sequence, coalesce((
          select jsonb_agg(jsonb_build_object('stepId', expected.id, 'worker', expected.worker, 'generation', expected.generation))
          from (
            select id, worker, generation from steps step
            where step.job_id = job.id and step.status = any(${unfinished})
              and (step.parent_id is null
                or not exists (select from steps child where child.parent_id = step.id and child.settled_at is null))
            order by step.parent_id is not null, random() limit ${stepsPerJob}
          ) expected), '[]') as expected
        from jobs job
        where job.status = ${targetOf(jobMachine, 'admit')} and job.enqueued_at < now() - ${quietMs} * interval '1 millisecond'
          and job.id > ${afterJobId}
          and not exists (
            select from job_events event where event.job_id = job.id and event.sequence = job.last_event_sequence
              and event.at > now() - ${quietMs} * interval '1 millisecond')
        order by job.id limit ${limit}`);
      return result.rows.map(
        (row): QuietJob => ({
          jobId: row.id,
          generation: row.generation,
          lastEventSequence: row.last_event_sequence,
          expected: row.expected,
        }),
      );
    },
    reopen: async ({ jobId, generation, lastEventSequence }) => {
      const result = await database.executor.execute(sql`
        update jobs set enqueued_at = null, enqueue_lease_until = now()
        where id = ${jobId} and generation = ${generation} and last_event_sequence = ${lastEventSequence}
          and status = ${targetOf(jobMachine, 'admit')} and enqueued_at is not null
        returning id`);
      return result.rows.length === 1;
    },
  };
}
