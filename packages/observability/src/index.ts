export * from './health.ts';
export * from './health-server.ts';
export * from './logger.ts';
export * from './metrics.ts';
