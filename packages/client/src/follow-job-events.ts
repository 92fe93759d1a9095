import { endsJob, type WireJobEvent } from '@pressroom/domain';
import { PressroomConnectionError } from './api-error.ts';
import { parseServerSentEvents } from './server-sent-events.ts';
import { type Call, connectionError, isWorthRetrying, type Transport } from './transport.ts';

export interface FollowOptions {
  /** Only events with a higher sequence. Default 0: from the first one on. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  /** How often in a row the connection may be lost without a single event in between. Default 30, which is about two minutes. */
  readonly reconnects?: number;
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** The server gives a sign of life every 15 seconds. */
const silenceMs = 50_000;

/**
 * A job's events from the first one on, each once and in order, until it has settled. Comes back by itself after a lost
 * connection or a restart of the server, where it left off.
 *
 * An event that settles the job is the last one unless the job was retried; only the server knows, and says so when it is asked
 * for what comes after.
 *
 * @throws PressroomApiError, PressroomConnectionError (the server stayed away), or the signal's reason
 */
export async function* followJobEvents(
  transport: Transport,
  jobId: string,
  options: FollowOptions = {},
): AsyncGenerator<WireJobEvent, void, void> {
  const { signal, reconnects = 30 } = options;
  let last = options.after ?? 0;
  let losses = 0;
  let settled = false;
  let retryMs = firstPauseMs;
  for (;;) {
    const call: Call = {
      method: 'GET',
      path: `/api/jobs/${encodeURIComponent(jobId)}/events`,
      headers: { Accept: 'text/event-stream', 'Last-Event-ID': String(last) },
      signal,
      silenceMs,
    };
    try {
      const answer = await transport.send(call);
      try {
        if (answer.status === 204) return;
        const onRetry = (ms: number): void => {
          retryMs = Math.min(ms, longestPauseMs);
        };
        for await (const { data } of parseServerSentEvents(answer.body, { onRetry })) {
          const event = JSON.parse(data) as WireJobEvent;
          if (event.sequence <= last) continue;
          if (event.sequence !== last + 1) throw new Error(`Event ${last + 1} of job ${jobId} is missing`);
          last = event.sequence;
          losses = 0;
          settled = endsJob(event.type);
          yield event;
        }
      } finally {
        answer.body.destroy();
      }
    } catch (cause) {
      const error = connectionError(cause, call, 'The event stream was cut');
      if (!isWorthRetrying(error)) throw error;
      if (losses >= reconnects) throw error;
    }
    // The stream of a settled job ends in order: the question whether there is more needs no pause.
    if (settled && losses === 0) {
      losses += 1;
      continue;
    }
    losses += 1;
    if (losses > reconnects) {
      throw new PressroomConnectionError(
        'The event stream ended again and again without an event',
        undefined,
      );
    }
    await transport.pause(Math.min(retryMs * 2 ** Math.min(losses - 1, 5), longestPauseMs), signal);
  }
}
