import { runWorkerMain } from '@pressroom/process';
import { createMaintenanceWorker } from './module.ts';

await runWorkerMain('maintenance', process.env, createMaintenanceWorker);
