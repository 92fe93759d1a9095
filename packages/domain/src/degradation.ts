import type { ErrorCode } from './errors/error-registry.ts';

/** A result that is less than what was asked for, because its provider could not be had. */
export interface Degradation {
  /** The provider that was asked for. */
  readonly from: string;
  readonly reason: ErrorCode;
}
