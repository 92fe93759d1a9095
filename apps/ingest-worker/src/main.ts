import { runWorkerMain } from '@pressroom/process';
import { createIngestWorker } from './module.ts';

await runWorkerMain('ingest', process.env, createIngestWorker);
