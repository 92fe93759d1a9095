import type { Degradation } from '../degradation.ts';
import type { EmbeddingModel } from '../ingest-document.ts';
import type {
  EmbeddingRequest,
  Embeddings,
  GeneratedPicture,
  PictureRequest,
} from './generation-provider.ts';
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

export interface EmbeddingOrder extends EmbeddingRequest {
  readonly caller: Caller;
}

export interface DeliveredEmbeddings extends Embeddings {
  /** True when the account had bought these vectors before: no call was made. */
  readonly saved: boolean;
}

/**
 * An {@link EmbeddingPort} behind what protects it and the account: stored results, breaker, budgets. There is no other
 * provider to fall back to, since the vectors of two models cannot be compared: it waits. Errors thrown: as by
 * {@link GenerationService}.
 */
export interface EmbeddingService {
  readonly model: EmbeddingModel;
  readonly maxTexts: number;
  embed(order: EmbeddingOrder): Promise<DeliveredEmbeddings>;
}
