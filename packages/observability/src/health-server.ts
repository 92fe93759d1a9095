import type { AddressInfo } from 'node:net';
import type { Log } from '@pressroom/domain';
import type { Service } from '@pressroom/runtime';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface HealthServerOptions {
  /** Loopback when absent. */
  readonly host?: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface HealthServer extends Service {
  /** Throws before `start` has resolved. */
  address(): AddressInfo;
  /** `http://127.0.0.1:9090`. */
  url(): string;
}

export declare function createHealthServer(options: HealthServerOptions): HealthServer;
