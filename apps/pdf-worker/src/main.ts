import { runWorkerMain } from '@pressroom/process';
import { createPdfWorker } from './module.ts';

await runWorkerMain('pdf', process.env, createPdfWorker);
