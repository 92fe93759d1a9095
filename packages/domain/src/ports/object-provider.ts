import type { z } from 'zod';
import type { Degradation } from '../degradation.ts';
import type { TokenUsage } from './generation-provider.ts';
import type { Caller } from './provider-call-store.ts';

/** What is wanted: JSON of a shape. A model is asked in words; a provider without one works from the material itself. */
export interface ObjectTask<Value = unknown> {
  /** Of the sort of task: `report-map`. */
  readonly name: string;
  readonly schema: z.ZodType<Value>;
  /** What holds for every request of the task. */
  readonly instructions: string;
  readonly prompt: string;
  /** The content of the prompt as data. */
  readonly material: unknown;
}

/** An answer that cannot be used as it is, and why: the provider is shown both. */
export interface ObjectRevision {
  readonly answer: string;
  readonly problems: readonly string[];
}

export interface ObjectRequest {
  readonly task: ObjectTask;
  readonly revision?: ObjectRevision | undefined;
  readonly signal: AbortSignal;
}

export interface WrittenObject {
  /** What the provider wrote: meant to be JSON of the shape, and not checked yet. */
  readonly text: string;
  readonly provider: string;
  readonly model: string;
  readonly usage?: TokenUsage;
}

/** The part of a provider that answers with JSON. Errors thrown: as by a `GenerationProvider`. */
export interface ObjectPort {
  readonly name: string;
  /** The model that does the tasks of this name. Errors thrown: `provider-refused` where there is none. */
  modelOf(task: string): string;
  /** Everything that decides what comes out, as plain data: part of a stored result's key. */
  describeObject(request: Omit<ObjectRequest, 'signal'>): Readonly<Record<string, unknown>>;
  /** Tokens that a call may take, rather too many than too few; 0 where none are counted. */
  estimateObjectTokens(request: Omit<ObjectRequest, 'signal'>): number;
  generateObject(request: ObjectRequest): Promise<WrittenObject>;
}

/** Makes the answers to one sort of task from their material, without a model. */
export interface OfflineMaker {
  /** Names the way and its version: changed when the same material gives another answer. */
  readonly model: string;
  /** Gets the task's own material. */
  readonly make: (material: unknown) => unknown;
}

export interface ObjectOrder<Value> {
  readonly task: ObjectTask<Value>;
  /** Of an answer that had the right shape and the wrong content. */
  readonly revision?: ObjectRevision | undefined;
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

export interface DeliveredObject<Value> {
  readonly value: Value;
  /** As the provider wrote it. */
  readonly text: string;
  readonly provider: string;
  readonly model: string;
  /** Calls that were made, and calls that the account had bought before. */
  readonly calls: number;
  readonly saved: number;
  readonly degraded?: Degradation;
}

/**
 * An {@link ObjectPort} behind what protects it and the account: stored results, breaker, budgets, fallback. An answer that is no JSON
 * of the shape is sent back once, with what is wrong with it. Errors thrown: as by a `GenerationService`, and
 * `provider-malformed-answer` when the second answer cannot be used either; neither is kept then.
 */
export interface ObjectService {
  generateObject<Value>(order: ObjectOrder<Value>): Promise<DeliveredObject<Value>>;
}
