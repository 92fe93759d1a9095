import { type ErrorCode, errorCodes, errorRegistry, PressroomError } from '@pressroom/domain';
import { errorStatuses } from '../http/error-statuses.ts';
import type { Handlers } from '../http/exchange.ts';
import { readSession, requireSameOrigin, sessionCookie } from '../http/operator-session.ts';
import { landingPage } from '../pages/landing-page.ts';
import { loggedInPage, loginPage } from '../pages/login-page.ts';
import { pagePolicy } from '../pages/page.ts';
import { problemPage } from '../pages/problem-page.ts';
import { buildOpenApiDocument } from '../routes/openapi-document.ts';
import type { systemRoutes } from '../routes/system-routes.ts';
import type { OperatorSession } from '../services/operator-access.ts';
import type { EndpointContext } from './endpoint-context.ts';

export function createSystemEndpoints(context: EndpointContext): Handlers<typeof systemRoutes> {
  const { config, health, metrics, operators, guesses } = context;
  const openApi = JSON.stringify(buildOpenApiDocument());
  const html = (page: string, status = 200) => ({ status, html: page, headers: pagePolicy });
  const cookieFor = (session: OperatorSession | undefined) => sessionCookie(session, config.http.publicUrl);

  return {
    getLiveness: () => {
      const live = health.live();
      return { status: live.alive ? 200 : 503, body: live, headers: { 'Cache-Control': 'no-store' } };
    },
    getReadiness: async () => {
      const { ready, report } = await health.ready();
      return { status: ready ? 200 : 503, body: report, headers: { 'Cache-Control': 'no-store' } };
    },
    getHealth: async () => ({
      status: 200,
      body: await health.report(),
      headers: { 'Cache-Control': 'no-store' },
    }),
    getMetrics: async () => ({
      status: 200,
      text: await metrics.render(),
      headers: { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' },
    }),
    getOpenApi: () => ({ status: 200, text: openApi, headers: { 'Content-Type': 'application/json' } }),
    getProblemType: ({ params }, { request, response }) => {
      const code = errorCodes.find((each) => each === params.code);
      if (code === undefined) throw new PressroomError('not-found', 'There is no error with this code');
      const body = describeProblem(code);
      response.vary('Accept');
      switch (request.accepts(['application/json', 'text/html'])) {
        case 'text/html':
          return html(problemPage(body));
        case 'application/json':
          return { status: 200, body };
        default:
          throw new PressroomError('not-acceptable', 'This comes as application/json or text/html');
      }
    },
    getLanding: (_input, { request }) => html(landingPage(readSession(request) !== undefined)),
    getLogin: async ({ query }, { request, log }) => {
      const next = localPath(query.next);
      // A HEAD, as link previews send it, must not use the link up.
      if (query.token === undefined || request.method !== 'GET') {
        return html(loginPage({ next, tokenIsSet: config.operator.token !== undefined }));
      }
      // A link's token has 256 random bits: nothing to guess, and a second click must not lock the operator out.
      const session = await operators.redeem(query.token);
      if (session === undefined) {
        const problem = 'This login link was used before, or has expired.';
        return html(loginPage({ next, tokenIsSet: config.operator.token !== undefined, problem }), 401);
      }
      log.info({}, 'An operator logged in by a link');
      const page = html(loggedInPage(next));
      return { ...page, headers: { ...page.headers, 'Set-Cookie': cookieFor(session) } };
    },
    logIn: async ({ body }, { request, log }) => {
      requireSameOrigin(request, config.http.publicUrl);
      const next = localPath(body.next);
      const address = request.ip ?? '';
      await guesses.check(address);
      const session = await operators.logIn(body.token);
      if (session === undefined) {
        await guesses.wrong(address);
        const problem = 'That is not the operator token.';
        return html(loginPage({ next, tokenIsSet: config.operator.token !== undefined, problem }), 401);
      }
      log.info({}, 'An operator logged in by the token');
      return { status: 303, headers: { Location: next, 'Set-Cookie': cookieFor(session) } };
    },
    logOut: async (_input, { request }) => {
      requireSameOrigin(request, config.http.publicUrl);
      const secret = readSession(request);
      if (secret !== undefined) await operators.logOut(secret);
      return { status: 303, headers: { Location: '/login', 'Set-Cookie': cookieFor(undefined) } };
    },
  };
}

function describeProblem(code: ErrorCode) {
  const { title, retryability, advice } = errorRegistry[code];
  return { code, title, status: errorStatuses[code], retryability, advice };
}

/** Only a path of this server: a login page that sends people on to anywhere helps those who fish for them. */
function localPath(next: string | undefined): string {
  return next !== undefined && /^\/[A-Za-z0-9][A-Za-z0-9/_.~?=&%-]*$/.test(next) ? next : '/admin/queues/';
}
