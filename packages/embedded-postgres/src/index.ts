export type { Durability } from './cluster.ts';
export * from './embedded-postgres-error.ts';
export * from './free-loopback-port.ts';
export * from './open-embedded-postgres.ts';
