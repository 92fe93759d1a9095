import {
  type ClaimedExport,
  claimUsageExports,
  deleteSentExports,
  endUsageExport,
  postponeUsageExport,
} from '@pressroom/database';
import {
  type Clock,
  decideRetry,
  type ErrorRecord,
  isPressroomError,
  PressroomError,
  type RetryPolicy,
  toErrorRecord,
  toPressroomError,
  type UsageMeter,
} from '@pressroom/domain';
import type { MaintenanceTask, Resources } from '@pressroom/process';

const exportsPerClaim = 50;
const sentAtOnce = 5;
/** Longer than a batch can take, with every event at its time limit. */
const leaseMs = 300_000;
/** Attempts have no number: what ends them is the time for which an identifier is known. */
const policy: RetryPolicy = {
  attempts: Number.POSITIVE_INFINITY,
  backoffBaseMs: 30_000,
  backoffLimitMs: 3_600_000,
  throttleLimitMs: 3_600_000,
  throttleTotalMs: Number.POSITIVE_INFINITY,
  losses: 0,
};
const daySeconds = 86_400;
/** Days for which what was sent is kept: a billing period and some more, to compare. */
const keptSentDays = 90;

/** How an event's way ended, in the words of the metrics. */
export type ExportOutcome = 'accepted' | 'known' | 'postponed' | 'parked';

export interface UsageExportOptions extends Pick<Resources, 'database' | 'log' | 'random'> {
  readonly meter: UsageMeter;
  readonly clock: Clock;
  readonly onOutcome?: (outcome: ExportOutcome) => void;
}

/**
 * Takes usage from the outbox to where it is billed. An event may be sent twice and counts once: its identifier is known again for a
 * while. One that may have come longer ago than that is parked, for a person to look it up; so is what is refused. While the service is
 * away or does not accept our key, everything waits.
 */
export function createUsageExportTask(options: UsageExportOptions): MaintenanceTask {
  const { database, meter } = options;
  return {
    name: 'usage-export',
    everyMs: 60_000,
    limitMs: 240_000,
    run: async ({ signal }) => {
      let [found, fixed] = [0, 0];
      for (let isOpen = true; isOpen && !signal.aborted; ) {
        const batch = await claimUsageExports(database.executor, {
          meters: meter.meters,
          leaseMs,
          limit: exportsPerClaim,
        });
        found += batch.length;
        const rest = [...batch];
        const outcomes: ExportOutcome[] = [];
        const sendNext = async (): Promise<void> => {
          for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
            if (!isOpen || signal.aborted) {
              rest.unshift(next);
              return;
            }
            const { outcome, goesOn } = await take(options, next, signal);
            outcomes.push(outcome);
            options.onOutcome?.(outcome);
            isOpen &&= goesOn;
          }
        };
        const ends = await Promise.allSettled(Array.from({ length: sentAtOnce }, sendNext));
        // What was not sent is as if it had never been claimed.
        for (const event of rest) await putBack(options, event);
        for (const end of ends) if (end.status === 'rejected') throw end.reason;
        fixed += outcomes.filter((outcome) => outcome === 'accepted' || outcome === 'known').length;
        if (batch.length < exportsPerClaim) break;
      }
      await deleteSentExports(database.executor, {
        olderThanSeconds: keptSentDays * daySeconds,
        limit: 5_000,
      });
      return { found, fixed };
    },
  };
}

async function putBack({ database }: UsageExportOptions, { id }: ClaimedExport): Promise<void> {
  await postponeUsageExport(database.executor, id, { delayMs: 0, error: undefined, unsent: true });
}

interface Taken {
  readonly outcome: ExportOutcome;
  /** False when there is no sense in sending others now. */
  readonly goesOn: boolean;
}

async function take(options: UsageExportOptions, event: ClaimedExport, signal: AbortSignal): Promise<Taken> {
  const { database, meter, clock } = options;
  const { executor } = database;
  const now = clock.now().getTime();
  if (event.firstSentAt !== undefined && now - event.firstSentAt.getTime() > meter.knownForMs) {
    return await park(options, event, new PressroomError('billing-uncertain', uncertain));
  }
  if (now - event.at.getTime() > meter.takenForMs) {
    return await park(options, event, new PressroomError('billing-too-late', tooLate));
  }
  try {
    const answer = await meter.send(event, signal);
    await endUsageExport(executor, event.id, { event: 'send' });
    return { outcome: answer, goesOn: true };
  } catch (error) {
    if (signal.aborted || !isPressroomError(error)) throw error;
    if (error.retryability === 'permanent') return await park(options, event, error);
    return await postpone(options, event, error);
  }
}

const uncertain =
  'It may have been counted at an attempt so long ago that its identifier is not known any more';
const tooLate = 'It is older than what the billing service takes';
/** Codes with which an event was surely not counted. */
const unsentCodes: ReadonlySet<string> = new Set(['billing-throttled', 'billing-misconfigured']);

async function postpone(
  { database, log, random }: UsageExportOptions,
  event: ClaimedExport,
  error: PressroomError,
): Promise<Taken> {
  const decision = decideRetry(error, { attempts: event.attempts - 1, throttledMs: 0 }, policy, random());
  if (decision.kind === 'give-up') throw decision.error;
  const { delayMs } = decision;
  await postponeUsageExport(database.executor, event.id, {
    delayMs,
    error: toErrorRecord(error),
    unsent: unsentCodes.has(error.code),
  });
  log.warn({ err: error, exportId: event.id, delayMs }, 'Usage could not be sent and waits');
  return { outcome: 'postponed', goesOn: false };
}

async function park(
  { database, log }: UsageExportOptions,
  event: ClaimedExport,
  error: PressroomError,
): Promise<Taken> {
  const record: ErrorRecord = toErrorRecord(toPressroomError(error));
  await endUsageExport(database.executor, event.id, { event: 'park', error: record });
  log.error({ err: error, exportId: event.id }, 'Usage is parked until an operator has looked at it');
  return { outcome: 'parked', goesOn: true };
}
