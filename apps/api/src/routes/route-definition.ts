import type { ErrorCode, KeyScope } from '@pressroom/domain';
import type { z } from 'zod';

/** Who may call: anyone, an API key with the scope, or an operator. */
export type Access = 'public' | 'operator' | { readonly scope: KeyScope };

export interface ReplyDefinition {
  readonly description: string;
  /** By media type; `binary` for bytes and `text` for text without a schema. */
  readonly content?: Readonly<Record<string, z.ZodType | 'binary' | 'text'>>;
  /** Names with descriptions. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BodyDefinition {
  readonly contentType: 'application/json' | 'multipart/form-data' | 'application/x-www-form-urlencoded';
  /** Validates a JSON or urlencoded body; only documents a multipart one, which is streamed. */
  readonly schema: z.ZodType;
}

/** One address and method: what validates the request and what the OpenAPI document says are the same value. */
export interface RouteDefinition {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Express template: `/api/jobs/:id`. */
  readonly path: `/${string}`;
  readonly tag: 'Assets' | 'Jobs' | 'Plans' | 'Account' | 'Administration' | 'Operation' | 'Pages';
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** By lower-case name. Only these are validated; others pass. */
  readonly headers?: z.ZodObject;
  readonly body?: BodyDefinition;
  readonly replies: Readonly<Record<number, ReplyDefinition>>;
  /** Those that are particular to it; the ones that any route may answer come by themselves. */
  readonly errors: readonly ErrorCode[];
}

export function defineRoute<const Route extends RouteDefinition>(route: Route): Route {
  return route;
}

type Validated<Route, Part extends 'params' | 'query' | 'headers'> = Route extends {
  readonly [Key in Part]: infer Schema extends z.ZodObject;
}
  ? z.output<Schema>
  : undefined;

/** What a handler gets: validated, with defaults. */
export interface RouteInput<Route> {
  readonly params: Validated<Route, 'params'>;
  readonly query: Validated<Route, 'query'>;
  readonly headers: Validated<Route, 'headers'>;
  readonly body: Route extends {
    readonly body: { readonly contentType: 'multipart/form-data' };
  }
    ? undefined
    : Route extends { readonly body: { readonly schema: infer Schema extends z.ZodType } }
      ? z.output<Schema>
      : undefined;
}
