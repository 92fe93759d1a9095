/** Stripe's meter events by its own library, against a server that speaks their wire format and misbehaves. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { MeterEvent } from '@pressroom/domain';
import { createStripeMeter } from '../src/index.ts';
import {
  type StripeBehaviour,
  type StripeStandIn,
  startStripeStandIn,
} from '../src/stand-in/stripe-stand-in.ts';

const apiKey = 'rk_test_a_secret_key';
let stripe: StripeStandIn;
beforeEach(async () => {
  stripe = await startStripeStandIn({ apiKey, eventNames: ['tokens_used'], customers: ['cus_a'] });
});
afterEach(() => stripe.close());

const meterWith = (change: { apiKey?: string; timeoutMs?: number; baseUrl?: string } = {}) =>
  createStripeMeter({ apiKey, baseUrl: stripe.url, eventNames: { tokens: 'tokens_used' }, ...change });
const event = (change: Partial<MeterEvent> = {}): MeterEvent => ({
  id: '5f0c4c5e-1d1f-4d0a-8a54-0a3a3f6f0f0e',
  meter: 'tokens',
  customerId: 'cus_a',
  value: 1_234,
  at: new Date(),
  ...change,
});
const { signal } = new AbortController();

test('sends an event with customer, value, time and identifier, and only for meters that are set up', async () => {
  const meter = meterWith();
  const at = new Date(Date.now() - 86_400_000);
  expect(meter.meters).toEqual(['tokens']);
  expect(await meter.send(event({ at }), signal)).toBe('accepted');
  expect(stripe.counted).toEqual([
    {
      identifier: event().id,
      eventName: 'tokens_used',
      customerId: 'cus_a',
      value: 1_234,
      timestamp: Math.floor(at.getTime() / 1_000),
    },
  ]);
  await expect(meter.send(event({ meter: 'pictures' }), signal)).rejects.toMatchObject({
    code: 'billing-misconfigured',
  });
});

test('an event that had come before counts once, also when its answer was lost', async () => {
  const meter = meterWith();
  stripe.next({ kind: 'lose' });
  await expect(meter.send(event(), signal)).rejects.toMatchObject({ code: 'billing-unavailable' });
  expect(await meter.send(event(), signal)).toBe('known');
  expect(await meter.send(event(), signal)).toBe('known');
  expect(stripe.counted).toHaveLength(1);
  // The library itself repeats nothing.
  expect(stripe.requests()).toBe(3);
});

test('an event that failed or was refused is taken once the reason is gone, though Stripe remembers its answers', async () => {
  const meter = meterWith();
  stripe.next({ kind: 'fail', status: 500 }, { kind: 'fail', status: 400, code: 'resource_missing' });
  await expect(meter.send(event(), signal)).rejects.toMatchObject({ code: 'billing-unavailable' });
  await expect(meter.send(event(), signal)).rejects.toMatchObject({ code: 'billing-refused' });
  expect(await meter.send(event(), signal)).toBe('accepted');
  expect(stripe.counted).toHaveLength(1);
});

describe('names what went wrong', () => {
  const cases: readonly [string, StripeBehaviour, object][] = [
    [
      'too many requests',
      { kind: 'fail', status: 429, retryAfterSeconds: 7 },
      { code: 'billing-throttled', retryAfterMs: 7_000 },
    ],
    ['a server error', { kind: 'fail', status: 500 }, { code: 'billing-unavailable' }],
    ['half an answer', { kind: 'garble' }, { code: 'billing-unavailable' }],
    [
      'a refusal',
      { kind: 'fail', status: 400, code: 'meter_inactive' },
      { code: 'billing-refused', message: 'Stripe refuses the event (meter_inactive)' },
    ],
  ];
  test.each(cases)('%s', async (_, behaviour, wanted) => {
    stripe.next(behaviour);
    await expect(meterWith().send(event(), signal)).rejects.toMatchObject(wanted);
  });

  test('a customer, a meter and a time that Stripe does not take', async () => {
    const refused = { code: 'billing-refused' };
    await expect(meterWith().send(event({ customerId: 'cus_b' }), signal)).rejects.toMatchObject(refused);
    await expect(meterWith().send(event({ at: new Date('2020-01-01') }), signal)).rejects.toMatchObject(
      refused,
    );
    const other = createStripeMeter({ apiKey, baseUrl: stripe.url, eventNames: { tokens: 'nothing' } });
    await expect(other.send(event(), signal)).rejects.toMatchObject(refused);
    expect(stripe.counted).toEqual([]);
  });

  test('a key that is not accepted, without repeating any of it', async () => {
    const error: unknown = await meterWith({ apiKey: 'rk_test_another_one' })
      .send(event(), signal)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'billing-misconfigured' });
    expect(String((error as Error).message)).not.toMatch(/rk_/);
  });

  test('an abort, by its own reason, and the request ends with it', async () => {
    stripe.next({ kind: 'hang' });
    const controller = new AbortController();
    const sending = meterWith().send(event(), controller.signal);
    await stripe.requested(1);
    controller.abort(new Error('enough'));
    await expect(sending).rejects.toThrow('enough');
  });

  test('a server that does not answer in time, or is not there', async () => {
    stripe.next({ kind: 'hang' });
    const unavailable = { code: 'billing-unavailable' };
    await expect(meterWith({ timeoutMs: 200 }).send(event(), signal)).rejects.toMatchObject(unavailable);
    await expect(meterWith({ baseUrl: 'http://127.0.0.1:1' }).send(event(), signal)).rejects.toMatchObject(
      unavailable,
    );
  });
});
