/** What is billed by use. */
export const usageMeters = ['tokens', 'pictures'] as const;
export type UsageMeterName = (typeof usageMeters)[number];

export interface MeterEvent {
  /** The same for every attempt: whoever counts knows it again. */
  readonly id: string;
  readonly meter: UsageMeterName;
  /** Whom the billing service knows. */
  readonly customerId: string;
  readonly value: number;
  readonly at: Date;
}

/**
 * Takes what an account has used to where it is billed. Errors thrown: `billing-unavailable`, `billing-throttled` (with `retryAfterMs` where
 * it was told), `billing-misconfigured`, `billing-refused`; an abort throws the signal's own reason.
 */
export interface UsageMeter {
  /** Which meters are set up: the others' events are not sent. */
  readonly meters: readonly UsageMeterName[];
  /** Milliseconds for which an event that comes twice is known to count once. */
  readonly knownForMs: number;
  /** Milliseconds after which an event is not taken any more. */
  readonly takenForMs: number;
  /** `known`: it had come before, and counts once. */
  send(event: MeterEvent, signal: AbortSignal): Promise<'accepted' | 'known'>;
}
