export * from './dispatcher-service.ts';
export * from './faults-folder.ts';
export * from './reconciler-service.ts';
export * from './resources.ts';
export * from './run-worker.ts';
export * from './wait-until-reachable.ts';
export * from './worker-service.ts';
