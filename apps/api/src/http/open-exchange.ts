import type { Clock, IdSource, Log } from '@pressroom/domain';
import type { Metrics } from '@pressroom/observability';
import type { Request, RequestHandler, Response } from 'express';
import type { Exchange } from './exchange.ts';
import { requestIdOf } from './request-id.ts';

const exchanges = new WeakMap<Request, Exchange>();
const templates = new WeakMap<Request, string>();

export interface ExchangeOptions {
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborts every exchange that is still open. */
  readonly cut: AbortSignal;
}

/** The first in the chain: gives the request its id, its log and its signal, and notes how it ended. */
export function openExchange(options: ExchangeOptions): RequestHandler {
  return (request, response, next) => {
    const requestId = requestIdOf(request.headers['x-request-id'], options.ids);
    response.setHeader('X-Request-Id', requestId);
    const log = options.log.child({ requestId });
    const gone = new AbortController();
    const cut = (): void => gone.abort(options.cut.reason);
    options.cut.addEventListener('abort', cut, { once: true });
    exchanges.set(request, { request, response, requestId, log, signal: gone.signal });
    const startedAt = options.clock.now().getTime();
    response.once('close', () => {
      options.cut.removeEventListener('abort', cut);
      if (!response.writableFinished) gone.abort(new Error('The client has gone'));
      noteEnd(request, response, log, options.metrics, options.clock.now().getTime() - startedAt);
    });
    next();
  };
}

export function exchangeOf(request: Request): Exchange {
  const exchange = exchanges.get(request);
  if (exchange === undefined) throw new Error('The request came past openExchange');
  return exchange;
}

/** Names the address for metrics and logs: paths themselves are without number. */
export function nameRoute(request: Request, template: string): void {
  templates.set(request, template);
}

function noteEnd(request: Request, response: Response, log: Log, metrics: Metrics, durationMs: number): void {
  const route = templates.get(request);
  const { method } = request;
  const status = response.statusCode;
  metrics.httpRequest({ method, route, status, durationMs });
  const quiet = route === '/metrics' || route?.startsWith('/health') === true;
  const fields = { method, route, status, durationMs, complete: response.writableFinished };
  if (quiet) log.debug(fields, 'Answered');
  else log.info(fields, 'Answered');
}
