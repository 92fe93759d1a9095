import type { EventEmitter } from 'node:events';
import { withDeadline } from './with-deadline.ts';

export interface WaitOptions<Args extends readonly unknown[]> {
  /** Milliseconds; default 10 000. */
  readonly deadlineMs?: number;
  /** The first event for which this holds; by default the first of all. */
  readonly where?: (...args: Args) => boolean;
}

/** The arguments of an event. Listens from the moment of the call, so call it before you cause the event. */
export async function waitFor<Args extends readonly unknown[] = readonly unknown[]>(
  emitter: Pick<EventEmitter, 'on' | 'off'>,
  event: string,
  options: WaitOptions<Args> = {},
): Promise<Args> {
  let listener: (...args: Args) => void = () => {};
  const heard = new Promise<Args>((resolve, reject) => {
    listener = (...args) => {
      try {
        if (options.where === undefined || options.where(...args)) resolve(args);
      } catch (error) {
        reject(error);
      }
    };
  });
  emitter.on(event, listener as () => void);
  try {
    return await withDeadline(heard, options.deadlineMs ?? 10_000, `the event '${event}'`);
  } finally {
    emitter.off(event, listener as () => void);
  }
}
