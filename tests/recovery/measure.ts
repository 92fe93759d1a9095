/** How a system came through a fault, by the record's own times. */
import { eventually } from '@pressroom/testing';
import { findViolations } from '../chaos/find-violations.ts';
import { explainCalls } from '../chaos/model-calls.ts';
import { withClient } from '../chaos/settled-job.ts';
import type { OneBook, RecoveryStand } from './recovery-stand.ts';

export interface Recovery {
  /** Unfinished when the fault began. */
  readonly inFlight: number;
  /** Milliseconds from the end of the fault until the first job settled. */
  readonly firstMs: number;
  /** Until the first job settled whose flow had to be built anew; null when none had. */
  readonly firstRebuiltMs: number | null;
  readonly lastMs: number;
  /** Milliseconds in which nothing settled, the longest such time from the begin of the fault on. */
  readonly longestStillMs: number;
  readonly rebuilt: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly calls: { readonly made: number; readonly needed: number; readonly boughtAgain: number };
  readonly violations: readonly string[];
}

export async function unfinished(stand: RecoveryStand, books: readonly OneBook[]): Promise<number> {
  return await withClient(stand.databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from jobs where id = any($1) and settled_at is null',
      [books.map(({ jobId }) => jobId)],
    );
    return rows[0]?.count ?? 0;
  });
}

/** Resolves when so many of them, or fewer, have not settled. */
export async function untilUnfinished(
  stand: RecoveryStand,
  books: readonly OneBook[],
  most: number,
  deadlineMs: number,
): Promise<number> {
  let left = books.length;
  await eventually(
    async () => {
      left = await unfinished(stand, books);
      return left <= most;
    },
    { deadlineMs, what: `at most ${most} unfinished jobs` },
  );
  return left;
}

/** Waits for all books; then everything that must hold is looked for. */
export async function measureRecovery(
  stand: RecoveryStand,
  books: readonly OneBook[],
  fault: { readonly begunAt: Date; readonly overAt: Date; readonly inFlight: number },
  limits: { readonly settleMs: number; readonly queueMs: number },
): Promise<Recovery> {
  const violations: string[] = [];
  try {
    await untilUnfinished(stand, books, 0, limits.settleMs);
  } catch {
    violations.push(`Not all has settled ${limits.settleMs} ms after the fault`);
  }
  violations.push(
    ...(await findViolations(
      { databaseUrl: stand.databaseUrl, queues: stand.queues(), system: stand.system },
      stand.accountIds,
      stand.books,
      limits.queueMs,
    )),
  );
  const times = await settleTimes(stand, books);
  const after = times.filter(({ at }) => at > fault.overAt.getTime());
  const since = (at: number | undefined): number => (at ?? Number.NaN) - fault.overAt.getTime();
  const firstRebuilt = after.find(({ generation }) => generation > 1);
  const moments = [
    fault.begunAt.getTime(),
    ...times.map(({ at }) => at).filter((at) => at > fault.begunAt.getTime()),
  ];
  const calls = explainCalls(stand.gemini.calls, books, [], new Map());
  const statuses: Record<string, number> = {};
  for (const { status } of times) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    inFlight: fault.inFlight,
    firstMs: since(after[0]?.at),
    firstRebuiltMs: firstRebuilt === undefined ? null : since(firstRebuilt.at),
    lastMs: since(after.at(-1)?.at),
    longestStillMs: Math.max(0, ...moments.slice(1).map((at, index) => at - (moments[index] as number))),
    rebuilt: times.filter(({ generation }) => generation > 1).length,
    statuses,
    calls: { made: calls.made, needed: calls.needed, boughtAgain: calls.boughtAgain.length },
    violations,
  };
}

async function settleTimes(
  stand: RecoveryStand,
  books: readonly OneBook[],
): Promise<readonly { readonly at: number; readonly generation: number; readonly status: string }[]> {
  return await withClient(stand.databaseUrl, async (client) => {
    const { rows } = await client.query<{ settled_at: Date | null; generation: number; status: string }>(
      'select settled_at, generation, status from jobs where id = any($1) order by settled_at',
      [books.map(({ jobId }) => jobId)],
    );
    return rows.flatMap(({ settled_at, generation, status }) =>
      settled_at === null ? [] : [{ at: settled_at.getTime(), generation, status }],
    );
  });
}
