// A parent to be killed: opens the folder, tells what it got on one line, and lives on until it is ended.

import { openEmbeddedPostgres } from '../src/index.ts';

const [dataFolder = '', lockWaitMs = '10000'] = process.argv.slice(2);
try {
  const server = await openEmbeddedPostgres({
    dataFolder,
    durability: 'tests',
    lockWaitMs: Number(lockWaitMs),
  });
  process.stdout.write(`${JSON.stringify({ url: server.url, adopted: server.adopted })}\n`);
  process.stdin.resume();
  process.stdin.once('end', () => void server.stop());
} catch (error) {
  process.stdout.write(`${JSON.stringify({ failed: (error as { code?: string }).code })}\n`);
}
