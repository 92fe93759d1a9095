import type { SharedServices } from './shared-services.ts';

const key = Symbol.for('pressroom.testing.run');

/** Jest loads set-up and teardown as separate module graphs of one process; this is what they share. */
export function runState(): { services?: SharedServices } {
  const slots = globalThis as { [key]?: { services?: SharedServices } };
  slots[key] ??= {};
  return slots[key];
}
