// A test run to be killed: starts the shared servers, says where they are, and lives on.

import { startSharedServices } from '../src/run/shared-services.ts';

const services = await startSharedServices();
process.stdout.write(`servers ${services.postgresUrl} ${services.redisUrl}\n`);
setInterval(() => {}, 60_000);
