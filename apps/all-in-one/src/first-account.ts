import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiKey } from '@pressroom/api';
import { changeCredits, hasAccounts, insertAccount } from '@pressroom/database';
import type { Resources } from '@pressroom/process';

const firstCredits = 10_000;
const keyFile = 'api-key';

/** Where the key of the first account is kept, for whoever runs this on a laptop. */
export function keyFilePath(dataFolder: string): string {
  return join(dataFolder, keyFile);
}

/**
 * On an empty database: an account with credits and a key, so that the first request needs no set-up. The key goes into a file
 * that only its owner can read, since the database has no more than its hash; and it is there before the account is, since a
 * process that ends between the two would leave an account that nobody can use.
 *
 * @returns the key, or undefined when there are accounts already
 */
export async function openFirstAccount(resources: Resources): Promise<string | undefined> {
  const { database, ids, config } = resources;
  return await database.transaction(async (tx) => {
    if (await hasAccounts(tx)) return undefined;
    const account = await insertAccount(tx, { id: ids.next('acct'), name: 'local' });
    await changeCredits(tx, {
      accountId: account.id,
      kind: 'grant',
      amount: firstCredits,
      reason: 'first account',
    });
    const created = await createApiKey(tx, ids, {
      accountId: account.id,
      name: 'local',
      scopes: ['assets', 'jobs', 'account'],
    });
    await writeFile(keyFilePath(config.dataFolder), `${created.key}\n`, { mode: 0o600 });
    return created.key;
  });
}
