/** Usage as meter events of Stripe, by its official library. Facts: docs.stripe.com/api/billing/meter-event/create. */
import {
  type LinkedSignal,
  linkSignals,
  type MeterEvent,
  PressroomError,
  type UsageMeter,
  type UsageMeterName,
  usageMeters,
} from '@pressroom/domain';
import Stripe from 'stripe';

export interface StripeMeterOptions {
  readonly apiKey: string;
  /** Another address for the API; default Stripe's own. */
  readonly baseUrl?: string | undefined;
  /** `event_name` of the meters that are set up in Stripe. */
  readonly eventNames: { readonly [Meter in UsageMeterName]?: string | undefined };
  readonly timeoutMs?: number;
}

const hourMs = 3_600_000;

export function createStripeMeter({
  apiKey,
  baseUrl,
  eventNames,
  timeoutMs = 20_000,
}: StripeMeterOptions): UsageMeter {
  /** One for each event, since the library's requests take no signal: this one's are those of the signal. It costs a third of a millisecond. */
  const open = (fetchUntilAborted: typeof fetch): Stripe =>
    new Stripe(apiKey, {
      ...addressOf(baseUrl),
      timeout: timeoutMs,
      // Retries are the outbox's: it knows how often, and how long an identifier is remembered.
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: Stripe.createFetchHttpClient(fetchUntilAborted),
    });
  return {
    meters: usageMeters.filter((meter) => eventNames[meter] !== undefined),
    // Stripe says: at least 24 hours, and 35 days; an hour and a day are for clocks and the way.
    knownForMs: 23 * hourMs,
    takenForMs: 34 * 24 * hourMs,
    send: async ({ id, meter, customerId, value, at }: MeterEvent, signal) => {
      signal.throwIfAborted();
      const eventName = eventNames[meter];
      if (eventName === undefined) {
        throw new PressroomError('billing-misconfigured', `No meter of Stripe is set up for ${meter}`);
      }
      const links: LinkedSignal[] = [];
      const stripe = open((url, init) => {
        const either = linkSignals(signal, init?.signal ?? undefined);
        links.push(either);
        return fetch(url, { ...init, signal: either.signal });
      });
      try {
        // No idempotency key that stays the same: Stripe answers what comes under a known one with what it answered first, a 500 or a
        // refusal too, and for a day. The event's identifier is what keeps it from counting twice.
        await stripe.billing.meterEvents.create({
          event_name: eventName,
          identifier: id,
          timestamp: Math.floor(at.getTime() / 1_000),
          payload: { stripe_customer_id: customerId, value: String(value) },
        });
        return 'accepted';
      } catch (error) {
        signal.throwIfAborted();
        if (isDuplicate(error)) return 'known';
        throw named(error);
      } finally {
        for (const link of links) link.release();
      }
    },
  };
}

function addressOf(baseUrl: string | undefined): Stripe.StripeConfig {
  if (baseUrl === undefined) return {};
  const { protocol, hostname, port } = new URL(baseUrl);
  const isPlain = protocol === 'http:';
  return {
    protocol: isPlain ? 'http' : 'https',
    host: hostname,
    port: port === '' ? (isPlain ? 80 : 443) : port,
  };
}

/** Stripe does not drop an identifier that it knows, it refuses it: then the event counts already. */
function isDuplicate(error: unknown): boolean {
  return (
    error instanceof Stripe.errors.StripeInvalidRequestError &&
    (error.code === 'duplicate_meter_event' || /already exists with identifier/i.test(error.message))
  );
}

/** Nothing of Stripe's message but its code is told on: a message may repeat the key or the customer. */
function named(error: unknown): PressroomError {
  if (
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  ) {
    return new PressroomError('billing-misconfigured', 'Stripe does not accept the key', { cause: error });
  }
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const seconds = Number(error.headers?.['retry-after']);
    return new PressroomError('billing-throttled', 'Stripe asks to wait', {
      cause: error,
      ...(seconds > 0 && seconds < 3_600 ? { retryAfterMs: seconds * 1_000 } : {}),
    });
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    const code = /^\w{1,64}$/.test(error.code ?? '') ? error.code : 'no code';
    return new PressroomError('billing-refused', `Stripe refuses the event (${code})`, { cause: error });
  }
  return new PressroomError('billing-unavailable', 'Stripe does not answer properly', { cause: error });
}
