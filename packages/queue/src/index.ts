export * from './attempt.ts';
export * from './backend.ts';
export * from './dispatcher.ts';
export * from './flow.ts';
export * from './queue-counts.ts';
export * from './reconciler.ts';
export * from './remove-flow.ts';
export * from './step-worker.ts';
