import type { Clock } from '@pressroom/domain';

export interface HealthComponent {
  readonly name: string;
  /** Throws when the component does not work; what it resolves with is shown as `detail`. */
  readonly check: (signal: AbortSignal) => Promise<unknown>;
  /** A process whose critical component fails is not ready; another one's failure is only reported. */
  readonly critical: boolean;
  /** 2,000 when absent. */
  readonly timeoutMs?: number | undefined;
}

export interface ComponentReport {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly critical: boolean;
  readonly latencyMs: number;
  readonly detail?: unknown;
  readonly error?: string;
}

export interface HealthReport {
  readonly state: 'up' | 'degraded' | 'down' | 'starting' | 'stopping';
  readonly checkedAt: string;
  readonly components: readonly ComponentReport[];
}

export interface Health {
  register(component: HealthComponent): void;
  /** `starting` until told otherwise; neither `starting` nor `stopping` is ready. */
  setPhase(phase: 'starting' | 'running' | 'stopping'): void;
  /** Something that only a restart mends: from now on the process is not alive. */
  markDead(reason: string): void;
  live(): { readonly alive: boolean; readonly reason?: string };
  ready(): Promise<{ readonly ready: boolean; readonly report: HealthReport }>;
  report(): Promise<HealthReport>;
}

export declare function createHealth(options?: { readonly clock?: Clock }): Health;
