import { PressroomError } from '@pressroom/domain';
import type { Database } from '../connection.ts';
import { findJob } from '../repositories/jobs.ts';
import { settleJob } from './settle-job.ts';

/**
 * Cancels a job that has not settled; its whole hold is refunded, since nothing was delivered. Cancelling it twice is the
 * same as once.
 *
 * @throws PressroomError `not-found`; `job-not-cancellable` when it had succeeded or failed before
 */
export async function cancelJob(database: Database, accountId: string, jobId: string): Promise<void> {
  await database.transaction(async (tx) => {
    if ((await findJob(tx, accountId, jobId)) === undefined) {
      throw new PressroomError('not-found', `There is no job ${jobId} in this account`);
    }
    if (await settleJob(tx, jobId, { event: 'cancel' })) return;
    const job = await findJob(tx, accountId, jobId);
    if (job?.status === 'cancelled') return;
    throw new PressroomError(
      'job-not-cancellable',
      `Cannot cancel job ${jobId}: it has ${job?.status ?? 'settled'}`,
    );
  });
}
