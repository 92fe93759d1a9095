import { type JobEventRow, type JobRow, listJobEvents } from '@pressroom/database';
import { isSettled, linkSignals, PressroomError, type WireJobEvent } from '@pressroom/domain';
import { type ServerSentEvent, writeEventStream } from '../http/event-stream.ts';
import type { AccountExchange, Handler } from '../http/exchange.ts';
import type { jobRoutes } from '../routes/job-routes.ts';
import { followJobEvents } from '../services/job-events.ts';
import type { EndpointContext } from './endpoint-context.ts';

/** A job's events: as a stream that replays and goes on live, or as a list. */
export function createEventsEndpoint(
  context: EndpointContext,
  requireJob: (accountId: string, id: string) => Promise<JobRow>,
): Handler<(typeof jobRoutes)['getJobEvents']> {
  return async ({ params, query, headers }, exchange) => {
    const job = await requireJob(exchange.accountId, params.id);
    const asked = headers['last-event-id'] ?? query.after ?? 0;
    exchange.response.vary('Accept');
    switch (exchange.request.accepts(['text/event-stream', 'application/json'])) {
      case 'application/json':
        return { status: 200, body: await listEvents(context, job, asked, query.limit) };
      case 'text/event-stream':
        // A browser's EventSource comes back for ever after a plain end; 204 tells it to stay away.
        if (isSettled(job.status) && asked >= job.lastEventSequence) return { status: 204 };
        // A number that was never given out would hide the job's last event, and the stream would never end.
        await stream(context, job.id, Math.min(asked, job.lastEventSequence), exchange);
        return undefined;
      default:
        throw new PressroomError('not-acceptable', 'Events come as text/event-stream or application/json');
    }
  };
}

async function listEvents(context: EndpointContext, job: JobRow, after: number, limit: number) {
  const rows = await listJobEvents(context.database.executor, job.id, after, limit);
  const last = rows.at(-1)?.sequence ?? after;
  return { data: rows.map(toWireEvent), complete: isSettled(job.status) && last >= job.lastEventSequence };
}

async function stream(
  context: EndpointContext,
  jobId: string,
  after: number,
  { accountId, response, signal, request }: AccountExchange,
): Promise<void> {
  const { timing } = context;
  if (request.method === 'HEAD') {
    response.status(200).type('text/event-stream').end();
    return;
  }
  const giveBack = context.streams.take(accountId);
  const lifetime = new AbortController();
  const timer = setTimeout(() => lifetime.abort(), timing.streamLifetimeMs);
  const ending = linkSignals(signal, context.stopping);
  const linked = linkSignals(ending.signal, lifetime.signal);
  try {
    const rows = followJobEvents(context.database, context.hintListener, jobId, after, linked.signal);
    await writeEventStream(response, toServerSentEvents(rows), {
      heartbeatMs: timing.heartbeatMs,
      stallMs: timing.streamStallMs,
      retryMs: timing.streamRetryMs,
      signal: linked.signal,
    });
  } finally {
    clearTimeout(timer);
    linked.release();
    ending.release();
    giveBack();
  }
}

async function* toServerSentEvents(rows: AsyncIterable<JobEventRow>): AsyncGenerator<ServerSentEvent> {
  for await (const row of rows) {
    const data = toWireEvent(row);
    yield { id: data.sequence, event: data.type, data };
  }
}

/** The process that was lost is the operator's business: its name has a host in it. */
function toWireEvent(row: JobEventRow): WireJobEvent {
  const { worker: _process, ...data } = row.data;
  return {
    sequence: row.sequence,
    type: row.type as WireJobEvent['type'],
    at: row.at.toISOString(),
    data,
  };
}
