import { type CreateWorkerModule, createMaintenanceRunner } from '@pressroom/process';
import { createSchedule } from './schedule.ts';
import { createTaskCatalog } from './task-catalog.ts';

/** Does the scheduled work: finds what the queue has lost, and forgets what is old. Any number of them may run. */
export const createMaintenanceWorker: CreateWorkerModule = (resources) =>
  Promise.resolve(
    createSchedule(resources, createTaskCatalog(resources), createMaintenanceRunner(resources)),
  );
