export * from './handlers/generate-picture.ts';
export * from './handlers/map-report-chunks.ts';
export * from './handlers/reduce-report.ts';
export * from './module.ts';
