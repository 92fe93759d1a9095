import { withTimeout } from '@pressroom/runtime';

export class DeadlineExceeded extends Error {
  constructor(what: string, ms: number) {
    super(`Waited ${ms} ms for ${what} in vain`);
    this.name = 'DeadlineExceeded';
  }
}

/** The promise's own outcome, or `DeadlineExceeded` naming `what` after `ms` milliseconds. The work itself goes on. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  return await withTimeout(() => promise, { ms, what, error: () => new DeadlineExceeded(what, ms) });
}
