export * from './health.ts';
export * from './health-server.ts';
export * from './logger.ts';
export * from './metrics.ts';
export type { QueueCounts } from './queue-gauges.ts';
export { redactText } from './redact.ts';
