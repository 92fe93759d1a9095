import type { Degradation } from '../step-catalog.ts';
import type { GeneratedPicture, PictureRequest } from './generation-provider.ts';
import type { Caller } from './provider-call-store.ts';

export interface PictureOrder extends PictureRequest {
  readonly caller: Caller;
  /** Of the photo's bytes, hex. */
  readonly pictureSha256: string;
}

export interface DeliveredPicture extends GeneratedPicture {
  /** True when the account had bought this result before: no call was made. */
  readonly saved: boolean;
  readonly degraded?: Degradation;
}

/**
 * Providers behind everything that protects them and the account: stored results, breaker, budgets, fallback.
 *
 * Errors thrown: those of the provider, of the asset store and of the record, and, for waits that spend no attempt,
 * `provider-circuit-open`, `provider-over-budget` and `provider-throttled`.
 */
export interface GenerationService {
  generatePicture(order: PictureOrder): Promise<DeliveredPicture>;
}
