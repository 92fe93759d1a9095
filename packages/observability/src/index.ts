export * from './health.ts';
export * from './health-server.ts';
export * from './logger.ts';
export * from './metrics.ts';
export type { QueueCounts } from './queue-gauges.ts';
export * from './record-log.ts';
export type { MaintenanceRunMetrics, RecoveryMetrics, WorkerCount } from './recovery-metrics.ts';
export { redactText } from './redact.ts';
