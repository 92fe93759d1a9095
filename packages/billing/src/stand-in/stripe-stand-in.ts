import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * - `accept`: as Stripe does, which refuses an identifier that it knows.
 * - `lose`: counts the event and cuts the connection before the answer.
 * - `hang`: never answers.
 */
export type StripeBehaviour =
  | { readonly kind: 'accept' | 'lose' | 'hang' | 'garble' }
  | {
      readonly kind: 'fail';
      readonly status: number;
      readonly code?: string;
      readonly retryAfterSeconds?: number;
    };

export interface CountedEvent {
  readonly identifier: string;
  readonly eventName: string;
  readonly customerId: string;
  readonly value: number;
  readonly timestamp: number;
}

export interface StripeStandIn extends AsyncDisposable {
  readonly url: string;
  /** What Stripe would bill. */
  readonly counted: readonly CountedEvent[];
  /** Requests so far. */
  readonly requests: () => number;
  /** For the next requests, in order; after them every one is accepted. */
  next(...behaviours: readonly StripeBehaviour[]): void;
  /** As when the time for which it is remembered is over. */
  forgetIdentifiers(): void;
  /** Resolves at the request with that number, from 1, before it is answered. */
  requested(number: number): Promise<void>;
  close(): Promise<void>;
}

interface Asking {
  readonly response: ServerResponse;
  readonly key: string | undefined;
  readonly asked: string;
}

const maxBodyBytes = 10_000;
const daySeconds = 86_400;

/** `POST /v1/billing/meter_events` on the loopback interface, in Stripe's wire format; never part of production. */
export async function startStripeStandIn(options: {
  readonly apiKey: string;
  readonly eventNames: readonly string[];
  readonly customers: readonly string[];
}): Promise<StripeStandIn> {
  const counted: CountedEvent[] = [];
  const known = new Set<string>();
  /** By idempotency key: Stripe gives its first answer again, whatever it was, once it had begun to work on the request. */
  const answered = new Map<
    string,
    { readonly asked: string; readonly status: number; readonly body: object }
  >();
  const planned: StripeBehaviour[] = [];
  const waiting: { readonly number: number; readonly resolve: () => void }[] = [];
  let requests = 0;

  const answer = (
    { response, key, asked }: Asking,
    status: number,
    body: object,
    headers: object = {},
  ): void => {
    // What the rate limiter or the login turns away has not begun.
    if (key !== undefined && status !== 429 && status !== 401) answered.set(key, { asked, status, body });
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Request-Id': `req_${requests}`,
      ...headers,
    });
    response.end(JSON.stringify(body));
  };
  const refuse = (asking: Asking, message: string, param: string | undefined, code?: string): void =>
    answer(asking, 400, { error: { type: 'invalid_request_error', message, param, code } });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    requests += 1;
    for (const each of waiting) if (each.number <= requests) each.resolve();
    const behaviour = planned.shift() ?? { kind: 'accept' };
    if (behaviour.kind === 'hang') return;
    const key = request.headers['idempotency-key'];
    const asking: Asking = { response, key: typeof key === 'string' ? key : undefined, asked: body };
    const before = asking.key === undefined ? undefined : answered.get(asking.key);
    if (request.headers.authorization !== `Bearer ${options.apiKey}`) {
      answer(asking, 401, {
        error: {
          type: 'invalid_request_error',
          message: `Invalid API Key provided: ${options.apiKey.slice(0, 6)}`,
        },
      });
      return;
    }
    if (request.method !== 'POST' || request.url !== '/v1/billing/meter_events') {
      answer(asking, 404, {
        error: { type: 'invalid_request_error', message: 'Unrecognized request URL' },
      });
      return;
    }
    if (before !== undefined && before.asked !== body) {
      const message = 'Keys for idempotent requests can only be used with the same parameters.';
      answer({ ...asking, key: undefined }, 400, { error: { type: 'idempotency_error', message } });
      return;
    }
    if (before !== undefined) {
      answer(asking, before.status, before.body, { 'Idempotent-Replayed': 'true' });
      return;
    }
    if (behaviour.kind === 'fail') {
      const { status, code, retryAfterSeconds } = behaviour;
      const type = status === 429 ? 'rate_limit_error' : status < 500 ? 'invalid_request_error' : 'api_error';
      const wait = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
      answer(asking, status, { error: { type, message: 'It failed as planned', code } }, wait);
      return;
    }
    const form = new URLSearchParams(body);
    const event: CountedEvent = {
      identifier: form.get('identifier') ?? '',
      eventName: form.get('event_name') ?? '',
      customerId: form.get('payload[stripe_customer_id]') ?? '',
      value: Number(form.get('payload[value]')),
      timestamp: Number(form.get('timestamp')),
    };
    const age = Date.now() / 1_000 - event.timestamp;
    if (!options.eventNames.includes(event.eventName)) {
      return refuse(asking, `No active meter found for event name ${event.eventName}`, 'event_name');
    }
    if (!options.customers.includes(event.customerId)) {
      return refuse(asking, `No such customer: '${event.customerId}'`, 'payload', 'resource_missing');
    }
    if (!(age > -300 && age < 35 * daySeconds)) {
      return refuse(
        asking,
        'The timestamp is outside of the window',
        'timestamp',
        'timestamp_too_far_in_past',
      );
    }
    if (known.has(event.identifier)) {
      return refuse(asking, `An event already exists with identifier ${event.identifier}.`, 'identifier');
    }
    known.add(event.identifier);
    counted.push(event);
    if (behaviour.kind === 'lose') {
      response.destroy();
      return;
    }
    if (behaviour.kind === 'garble') {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end('{"object":"billing.meter_ev');
      return;
    }
    answer(asking, 200, {
      object: 'billing.meter_event',
      created: Math.floor(Date.now() / 1_000),
      event_name: event.eventName,
      identifier: event.identifier,
      livemode: false,
      payload: { stripe_customer_id: event.customerId, value: String(event.value) },
      timestamp: event.timestamp,
    });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted,
    requests: () => requests,
    next: (...behaviours) => void planned.push(...behaviours),
    forgetIdentifiers: () => known.clear(),
    requested: (number) =>
      new Promise((resolve) => {
        if (requests >= number) resolve();
        else waiting.push({ number, resolve });
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) {
    text += String(piece);
    if (text.length > maxBodyBytes) throw new Error('The request is too large');
  }
  return text;
}
