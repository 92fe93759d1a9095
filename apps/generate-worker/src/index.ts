export * from './handlers/curate-plan.ts';
export * from './handlers/generate-picture.ts';
export * from './handlers/map-report-chunks.ts';
export * from './handlers/reduce-report.ts';
export * from './handlers/write-plan.ts';
export * from './module.ts';
