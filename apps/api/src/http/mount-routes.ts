import { type KeyScope, PressroomError } from '@pressroom/domain';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { RouteDefinition } from '../routes/route-definition.ts';
import type { AccountExchange, Exchange, Outcome } from './exchange.ts';
import { exchangeOf, nameRoute } from './open-exchange.ts';
import { refuseUnstorableText, validate } from './validate.ts';

export interface Guards {
  /** The account behind the request, within its rate. */
  account(exchange: Exchange, scope: KeyScope): Promise<string>;
  operator(exchange: Exchange): Promise<void>;
}

type AnyHandler = (
  input: { params: unknown; query: unknown; headers: unknown; body: unknown },
  exchange: AccountExchange,
) => Promise<Outcome | undefined> | Outcome | undefined;

/** Puts routes and their handlers on the app: guard, validate, handle, answer. */
export function mountRoutes(
  app: Express,
  routes: Readonly<Record<string, RouteDefinition>>,
  handlers: Readonly<Record<string, unknown>>,
  options: { readonly guards: Guards; readonly jsonBodyBytes: number },
): void {
  const parsers = bodyParsers(options.jsonBodyBytes);
  for (const [name, route] of Object.entries(routes)) {
    const handler = handlers[name] as AnyHandler;
    app[route.method](route.path, async (request: Request, response: Response) => {
      nameRoute(request, route.path);
      const exchange = exchangeOf(request);
      const accountId = await admit(route, exchange, options.guards);
      const input = {
        params: route.params && validateParams(route, request),
        query: route.query && validate(route.query, request.query, 'query'),
        headers: route.headers && validate(route.headers, request.headers, 'header'),
        body: route.body && (await readBody(route.body, request, response, parsers)),
      };
      const outcome = await handler(input, { ...exchange, accountId });
      if (outcome !== undefined) answer(response, outcome);
    });
  }
  refuseOtherMethods(app, Object.values(routes));
}

async function admit(route: RouteDefinition, exchange: Exchange, guards: Guards): Promise<string> {
  if (route.access === 'public') return '';
  // What a key or a session may see is for nobody's cache.
  exchange.response.setHeader('Cache-Control', 'private, no-store');
  if (route.access !== 'operator') return await guards.account(exchange, route.access.scope);
  await guards.operator(exchange);
  return '';
}

/** An id that cannot be one is an id of nothing. */
function validateParams(route: RouteDefinition, request: Request): unknown {
  const parsed = route.params?.safeParse({ ...request.params });
  if (parsed?.success) return parsed.data;
  throw new PressroomError('not-found', 'There is nothing at this address');
}

type BodyParsers = Readonly<Record<string, RequestHandler>>;

function bodyParsers(jsonBodyBytes: number): BodyParsers {
  return {
    'application/json': express.json({ limit: jsonBodyBytes, type: 'application/json', strict: false }),
    'application/x-www-form-urlencoded': express.urlencoded({
      limit: 4_000,
      extended: false,
      parameterLimit: 10,
    }),
  };
}

async function readBody(
  body: NonNullable<RouteDefinition['body']>,
  request: Request,
  response: Response,
  parsers: BodyParsers,
): Promise<unknown> {
  const parse = parsers[body.contentType];
  if (parse === undefined) return undefined;
  if (!request.is(body.contentType)) {
    throw new PressroomError('unsupported-content-type', `Send the body as ${body.contentType}`);
  }
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (error: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  refuseUnstorableText(request.body);
  return validate(body.schema, request.body, 'body');
}

export function answer(response: Response, outcome: Outcome): void {
  response.status(outcome.status);
  for (const [name, value] of Object.entries(outcome.headers ?? {})) response.setHeader(name, value);
  if (outcome.html !== undefined) response.type('html').send(outcome.html);
  else if (outcome.text !== undefined) response.send(outcome.text);
  else if (outcome.body !== undefined) response.json(outcome.body);
  else response.end();
}

/** Last on each path: whatever came here is a method that the path does not take. */
function refuseOtherMethods(app: Express, routes: readonly RouteDefinition[]): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');
    app.route(path).all((request, response) => {
      nameRoute(request, path);
      response.setHeader('Allow', allow);
      if (request.method === 'OPTIONS') {
        response.status(204).end();
        return;
      }
      throw new PressroomError('method-not-allowed', `${request.method} is not possible here; ${allow} are`);
    });
  }
}
