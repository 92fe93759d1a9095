/** What was bought of the provider, and why anything was bought twice. */
import { createHash } from 'node:crypto';
import type { StandInCall } from '@pressroom/ai/gemini-stand-in';
import { replicaPath } from './chaos-stand.ts';
import type { Known } from './find-violations.ts';
import { describeFault } from './run-plan.ts';
import type { StruckFault } from './strike-faults.ts';

export interface BoughtAgain {
  readonly jobId: string;
  /** What was asked for, as the beginning of its digest. */
  readonly call: string;
  /** Which process got the answer that was not kept. */
  readonly process: string;
  /**
   * The fault that struck that process between this answer and the next one; or that the queue took the step from it, although it
   * lived: on a starved machine it may miss to renew its lock of two seconds, and whoever gets the step buys anew; or that the
   * step was told to stop by a cancel, a deadline or another step's failure, and its job was then retried.
   */
  readonly explainedBy: string | undefined;
}

export interface ModelCalls {
  readonly made: number;
  /** Different ones of those that were answered in full. */
  readonly needed: number;
  /** One for each answer that came in vain. */
  readonly boughtAgain: readonly BoughtAgain[];
}

const lockLost = 'a lock that was not renewed in time';
const toldToStop = 'its step, which was told to stop while the answer came';
/** Steps that one process makes at a time: so many answers a fault may cost. */
const atOnce = 2;

export function explainCalls(
  calls: readonly StandInCall[],
  submitted: readonly Known[],
  struck: readonly StruckFault[],
  /** By job: how often one of its pictures has lost the process that made it, as the record has it. */
  losses: ReadonlyMap<string, number>,
  /** By job: how many calls the record has as given up, since their step was told to stop. */
  aborted: ReadonlyMap<string, number> = new Map(),
): ModelCalls {
  const answered = new Map<string, StandInCall[]>();
  let made = 0;
  for (const call of calls) {
    const text = JSON.stringify(
      call.body.contents.map(({ parts }) => parts.filter((part) => 'text' in part)),
    );
    const job = submitted.find(({ prompt }) => text.includes(prompt));
    if (job === undefined) continue;
    made += 1;
    if (!call.answered) continue;
    const digest = createHash('sha256').update(JSON.stringify(call.body)).digest('hex').slice(0, 8);
    const key = `${job.jobId} ${digest}`;
    answered.set(key, [...(answered.get(key) ?? []), call]);
  }
  const left = new Map(struck.map((each) => [each, atOnce]));
  const abortedLeft = new Map(aborted);
  const lossesLeft = new Map(losses);
  const boughtAgain: BoughtAgain[] = [];
  for (const [key, [first, ...others]] of answered) {
    const [jobId = '', call = ''] = key.split(' ');
    let lost = first as StandInCall;
    for (const next of others) {
      const cause = struck.find(
        (each) => (left.get(each) ?? 0) > 0 && mayHaveCost(each, lost, next.arrivedAt),
      );
      if (cause !== undefined) left.set(cause, (left.get(cause) ?? 0) - 1);
      const inRecord =
        cause === undefined
          ? (takeOne(lossesLeft, jobId, lockLost) ?? takeOne(abortedLeft, jobId, toldToStop))
          : undefined;
      boughtAgain.push({
        jobId,
        call,
        process: `generate-worker-${replicaOf(lost)}`,
        explainedBy: cause === undefined ? inRecord : describeFault(cause.fault),
      });
      lost = next;
    }
  }
  return { made, needed: answered.size, boughtAgain };
}

function takeOne(left: Map<string, number>, jobId: string, what: string): string | undefined {
  const count = left.get(jobId) ?? 0;
  if (count === 0) return undefined;
  left.set(jobId, count - 1);
  return what;
}

/**
 * Between an answer and its storing its process was killed, or stood still until the answer was too late, or one of its connections
 * failed. A full disk, a lost queue and a provider's own failures are no excuse.
 */
function mayHaveCost({ fault, from, until }: StruckFault, call: StandInCall, nextAt: number): boolean {
  if (until < call.arrivedAt || from > nextAt) return false;
  const replica = replicaOf(call);
  switch (fault.kind) {
    case 'kill':
    case 'pause':
      return fault.process === `generate-worker-${replica}`;
    case 'link':
      return fault.link !== 'client' && fault.replica === replica;
    case 'restart-postgres':
      return true;
    default:
      return false;
  }
}

function replicaOf({ via }: StandInCall): number {
  return Number(via.slice(replicaPath(0).length - 1));
}
