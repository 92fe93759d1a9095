// The integration tests on servers as users run them: `npm run test:topologies [-- pgbouncer|redis-cluster] [Jest's arguments]`.
// They are the same tests as in `npm test`; only what they are given is another.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const runTests = join(import.meta.dirname, 'run-tests.mjs');

const topologies = {
  // What talks to PostgreSQL, and a whole system.
  pgbouncer: [
    'packages/database',
    'packages/process',
    'apps/api',
    'apps/maintenance-worker',
    'tests/dist/system/picture-book',
    'tests/dist/topologies',
  ],
  // What talks to the queue. Outages stand behind a proxy, which a cluster's clients pass by; they have their own Redis.
  'redis-cluster': [
    'packages/process/.*/(flow|dispatcher|reconciler)',
    'apps/api/.*/board',
    'tests/dist/system/picture-book',
    '-t',
    'redis',
    // A cluster has one database: one test file after the other.
    '--runInBand',
  ],
};

const [wanted, ...rest] = process.argv.slice(2);
const named = Object.keys(topologies).includes(wanted);
const given = named ? rest : process.argv.slice(2);
let failed = 0;
for (const [name, args] of Object.entries(topologies)) {
  if (named && name !== wanted) continue;
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, [runTests, ...args, ...given], {
    stdio: 'inherit',
    env: { ...process.env, PRESSROOM_TEST_TOPOLOGY: name },
  });
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
