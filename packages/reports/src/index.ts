export * from './citations.ts';
export * from './extractive/extractive-makers.ts';
export * from './extractive/most-similar-texts.ts';
export * from './findings-csv.ts';
export * from './merge-findings.ts';
export * from './report.ts';
export * from './report-tasks.ts';
