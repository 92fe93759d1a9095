import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type RouteConfig,
  zodToOpenAPIRegistry,
} from '@asteasolutions/zod-to-openapi';
import { type ErrorCode, errorRegistry, problemSchema } from '@pressroom/domain';
import { z } from 'zod';
import { errorStatuses } from '../http/error-statuses.ts';
import type { ReplyDefinition, RouteDefinition } from './route-definition.ts';
import { routes } from './routes.ts';

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

/** The OpenAPI 3.1 document of {@link routes}, from the same schemas that validate. Deterministic. */
export function buildOpenApiDocument(): OpenApiDocument {
  nameComponents();
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key: `prk_…`.',
  });
  registry.registerComponent('securitySchemes', 'operatorToken', {
    type: 'http',
    scheme: 'bearer',
    description: 'The token that the operator set.',
  });
  registry.registerComponent('securitySchemes', 'operatorSession', {
    type: 'apiKey',
    in: 'cookie',
    name: 'pressroom_operator',
    description: 'Set by the login page.',
  });
  for (const [name, route] of Object.entries(routes)) registry.registerPath(toPath(name, route));
  return new OpenApiGeneratorV31(registry.definitions, { sortComponents: 'alphabetically' }).generateDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Pressroom',
        version: '1.0.0',
        description:
          'Photos, documents and topics in, print-ready PDFs out. Errors are problem documents (RFC 9457) with a stable `code`; lists have cursors.',
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'Assets', description: 'Files that jobs work on.' },
        { name: 'Jobs', description: 'Submit, follow, download.' },
        { name: 'Plans', description: 'Versions of learning plans.' },
        { name: 'Account', description: 'Balance and ledger.' },
        { name: 'Administration', description: 'For operators.' },
        { name: 'Operation', description: 'Health, metrics, descriptions.' },
        { name: 'Pages', description: 'For people.' },
      ],
    },
  );
}

/**
 * Tells the generator the names that schemas have by `.meta({ id })`. It would take them by itself only if it could have
 * changed zod before the first schema was made, and which module comes first is nothing to build on.
 */
function nameComponents(): void {
  for (const schema of collectSchemas()) {
    const id = schema.meta()?.id;
    if (id !== undefined) zodToOpenAPIRegistry.add(schema, { _internal: { refId: id } });
  }
}

function collectSchemas(): ReadonlySet<z.ZodType> {
  const found = new Set<z.ZodType>();
  const visit = (value: unknown, depth: number): void => {
    if (value instanceof z.ZodType) {
      if (found.has(value)) return;
      found.add(value);
      visit(value.def, 0);
    } else if (typeof value === 'object' && value !== null && depth < 3) {
      for (const inner of Object.values(value)) visit(inner, depth + 1);
    }
  };
  for (const route of Object.values(routes) as RouteDefinition[]) {
    visit(
      [route.body?.schema, problemSchema, ...Object.values(route.replies).map((reply) => reply.content)],
      0,
    );
  }
  return found;
}

function toPath(name: string, route: RouteDefinition): RouteConfig {
  return {
    operationId: name,
    method: route.method,
    path: route.path.replaceAll(/:(\w+)/g, '{$1}'),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: securityOf(route),
    request: {
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.query === undefined ? {} : { query: route.query }),
      ...(route.headers === undefined ? {} : { headers: route.headers }),
      ...(route.body === undefined
        ? {}
        : {
            body: {
              required: true,
              content: { [route.body.contentType]: { schema: route.body.schema } },
            },
          }),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(route.replies).map(([status, reply]) => [status, toResponse(reply)]),
      ),
      ...errorResponses(route),
    },
  } as RouteConfig;
}

function securityOf(route: RouteDefinition): Record<string, string[]>[] {
  if (route.access === 'public') return [];
  if (route.access === 'operator') return [{ operatorToken: [] }, { operatorSession: [] }];
  return [{ apiKey: [route.access.scope] }];
}

function toResponse(reply: ReplyDefinition): ResponseConfig {
  const content = Object.entries(reply.content ?? {}).map(([mediaType, schema]) => [
    mediaType,
    {
      schema:
        schema === 'binary'
          ? { type: 'string' as const, format: 'binary' }
          : schema === 'text'
            ? { type: 'string' as const }
            : schema,
    },
  ]);
  const headers = Object.entries(reply.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' as const } },
  ]);
  return {
    description: reply.description,
    ...(content.length === 0 ? {} : { content: Object.fromEntries(content) }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
  };
}

/** Every code that the route may answer with, its own and those that come with what it takes. */
export function errorsOf(route: RouteDefinition): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>(['internal', ...route.errors]);
  if (route.params ?? route.query ?? route.headers ?? route.body) codes.add('invalid-request');
  if (route.params !== undefined) codes.add('not-found');
  if (route.access !== 'public') {
    for (const code of ['unauthenticated', 'forbidden', 'rate-limited', 'database-unavailable'] as const) {
      codes.add(code);
    }
  }
  if (route.body !== undefined) codes.add('unsupported-content-type').add('body-too-large');
  return [...codes];
}

function errorResponses(route: RouteDefinition): Record<string, ResponseConfig> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    const status = errorStatuses[code];
    if (route.replies[status] !== undefined) continue;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${errorRegistry[code].title}`).join('\n\n'),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}
