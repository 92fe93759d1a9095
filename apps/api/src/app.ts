import { PressroomError } from '@pressroom/domain';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { createAccountEndpoints } from './endpoints/account-endpoints.ts';
import { createAdminEndpoints } from './endpoints/admin-endpoints.ts';
import { createAssetEndpoints } from './endpoints/asset-endpoints.ts';
import { createDeadLetterEndpoints } from './endpoints/dead-letter-endpoints.ts';
import type { EndpointContext } from './endpoints/endpoint-context.ts';
import { createExplanationEndpoints } from './endpoints/explanation-endpoints.ts';
import { createJobEndpoints } from './endpoints/job-endpoints.ts';
import { createJobReplies } from './endpoints/job-replies.ts';
import { createPlanEndpoints } from './endpoints/plan-endpoints.ts';
import { createSystemEndpoints } from './endpoints/system-endpoints.ts';
import { createUsageExportEndpoints } from './endpoints/usage-export-endpoints.ts';
import { classifyError } from './http/classify-error.ts';
import { errorStatuses } from './http/error-statuses.ts';
import type { Handlers } from './http/exchange.ts';
import { type Guards, mountRoutes } from './http/mount-routes.ts';
import { exchangeOf, nameRoute, openExchange } from './http/open-exchange.ts';
import { requireOperator } from './http/operator-session.ts';
import { sendProblem } from './http/problem.ts';
import { createRequestRate } from './http/rate-limits.ts';
import { securityHeaders } from './http/security-headers.ts';
import { boardPath, boardPolicy, createBoard } from './pages/board.ts';
import { createDocs, docsPath } from './pages/docs.ts';
import { type Routes, routes } from './routes/routes.ts';
import { authenticateKey } from './services/api-keys.ts';

/** The Express application: what happens to a request from its first to its last line. `cut` ends every open exchange. */
export function createApp(context: EndpointContext, cut: AbortSignal): Express {
  const { config } = context;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(openExchange({ ...context, cut }));
  app.use(securityHeaders(config.http.publicUrl?.startsWith('https:') ?? false));
  app.use(closeWhileStopping(context.stopping));
  const jobs = createJobReplies(context);
  const handlers: Handlers<Routes> = {
    ...createAssetEndpoints(context),
    ...createJobEndpoints(context, jobs),
    ...createPlanEndpoints(context, jobs),
    ...createExplanationEndpoints(context),
    ...createAccountEndpoints(context),
    ...createAdminEndpoints(context),
    ...createDeadLetterEndpoints(context),
    ...createUsageExportEndpoints(context),
    ...createSystemEndpoints(context),
  };
  mountRoutes(app, routes, handlers, {
    guards: createGuards(context),
    jsonBodyBytes: config.limits.jsonBodyBytes,
  });
  app.use(docsPath, ...createDocs());
  app.use(boardPath, guardBoard(context), createBoard(context.queueAdmin.queues));
  app.use(() => {
    throw new PressroomError('not-found', 'There is nothing at this address');
  });
  app.use(answerError);
  return app;
}

function createGuards(context: EndpointContext): Guards {
  const { database, config } = context;
  const rate = createRequestRate(config.limits.requestsPerMinute);
  return {
    account: async ({ request, response }, scope) => {
      const accountId = await authenticateKey(database.executor, request.headers.authorization, scope);
      await rate.spend(accountId, response);
      return accountId;
    },
    operator: ({ request }) => requireOperator(request, { ...context, publicUrl: config.http.publicUrl }),
  };
}

/** People are sent to the login; programs are told. */
function guardBoard(context: EndpointContext): RequestHandler {
  return async (request, response, next) => {
    nameRoute(request, boardPath);
    try {
      await requireOperator(request, { ...context, publicUrl: context.config.http.publicUrl });
    } catch (error) {
      const { code } = classifyError(error);
      if (code !== 'unauthenticated' || request.method !== 'GET' || !request.accepts('html')) throw error;
      response.redirect(303, `/login?next=${encodeURIComponent(request.originalUrl)}`);
      return;
    }
    response.setHeader('Content-Security-Policy', boardPolicy);
    response.setHeader('Cache-Control', 'private, no-cache');
    next();
  };
}

function closeWhileStopping(stopping: AbortSignal): RequestHandler {
  return (_request, response, next) => {
    if (stopping.aborted) response.setHeader('Connection', 'close');
    next();
  };
}

const answerError: ErrorRequestHandler = (error, request, response, _next) => {
  const { log, requestId, signal } = exchangeOf(request);
  const known = classifyError(error);
  if (signal.aborted && response.destroyed) {
    log.debug({ code: known.code }, 'The client went before the answer');
    return;
  }
  if (errorStatuses[known.code] >= 500) {
    log.error({ err: known.code === 'internal' ? error : known, code: known.code }, 'The request failed');
  } else {
    log.debug({ code: known.code }, 'The request was refused');
  }
  sendProblem(request, response, known, { path: request.path, requestId });
};
