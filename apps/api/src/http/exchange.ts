import type { Log } from '@pressroom/domain';
import type { Request, Response } from 'express';
import type { RouteInput } from '../routes/route-definition.ts';

/** One request and its answer. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly requestId: string;
  /** With the request id on every line. */
  readonly log: Log;
  /** Aborts when the client has gone, and at the end of the grace of a stop. */
  readonly signal: AbortSignal;
}

export interface AccountExchange extends Exchange {
  readonly accountId: string;
}

/** What to answer. A handler that has written the answer itself returns undefined. */
export interface Outcome {
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly html?: string;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler<Route> = (
  input: RouteInput<Route>,
  exchange: Route extends { readonly access: { readonly scope: string } } ? AccountExchange : Exchange,
) => Promise<Outcome | undefined> | Outcome | undefined;

/** A handler for each route of a group: leaving one out does not compile. */
export type Handlers<Group> = { readonly [Name in keyof Group]: Handler<Group[Name]> };
