import { runWorkerMain } from '@pressroom/process';
import { createGenerateWorker } from './module.ts';

await runWorkerMain('generate', process.env, createGenerateWorker);
