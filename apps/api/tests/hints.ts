import type { Database } from '@pressroom/database';
import { eventually } from '@pressroom/testing';

/**
 * Waits until the API's hint listener listens: a hint before that is lost, and these tests have no poll that would make up
 * for it.
 */
export async function waitUntilSubscribed(database: Database): Promise<void> {
  await eventually(async () => {
    const { rows } = await database.executor.execute<{ count: string }>(
      "select count(*) from pg_stat_activity where application_name = 'pressroom-events' and query like 'listen%' and datname = current_database()",
    );
    return Number(rows[0]?.count) > 0;
  });
}
