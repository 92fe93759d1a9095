import type { Log } from '@pressroom/domain';
import type { ResourceScope } from './resource-scope.ts';
import type { Service } from './service.ts';

export interface MainSettings {
  readonly log?: Log | undefined;
  /** How long running work may go on after the first signal, in milliseconds. */
  readonly graceMs?: number | undefined;
}

export interface MainContext {
  /** Aborts as soon as the process is asked to end, also while it still starts. */
  readonly signal: AbortSignal;
  /** For what is known only once the settings are read. */
  configure(settings: MainSettings): void;
  /** For a part that broke for good while it ran: logs it, stops everything, exits 1. */
  fail(error: unknown): void;
}

export type BuildMain = (scope: ResourceScope, context: MainContext) => Promise<Service | readonly Service[]>;

export declare function runMain(name: string, build: BuildMain, settings?: MainSettings): Promise<void>;
