import { expect, test } from '@jest/globals';
import { loadConfig } from '@pressroom/config';
import { errorCodes } from '@pressroom/domain';
import type { Express } from 'express';
import { createApp } from '../src/app.ts';
import type { EndpointContext } from '../src/endpoints/endpoint-context.ts';
import { errorStatuses } from '../src/http/error-statuses.ts';
import { buildOpenApiDocument } from '../src/index.ts';
import { startApi } from './api-under-test.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { content?: Record<string, unknown> }>;
}
const document = buildOpenApiDocument();
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
    path,
    method,
    operation,
  })),
);

/** What Express itself would route to, asked of its own table; `app.all`, the answer to other methods, left out. */
function expressRoutes(app: Express): string[] {
  return app.router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const { methods } = route as unknown as { methods: Record<string, boolean> };
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    return methods['_all'] ? [] : Object.keys(methods).map((method) => `${method} ${path}`);
  });
}

test('every route that Express has is in the document, and the other way round', () => {
  const app = createApp(
    {
      config: loadConfig({}),
      database: {},
      queueAdmin: { queues: [], removeFlow: async () => {}, lookUp: async () => ({}) },
      stopping: new AbortController().signal,
    } as unknown as EndpointContext,
    new AbortController().signal,
  );
  const documented = operations.map(({ path, method }) => `${method} ${path}`);
  expect(expressRoutes(app).sort()).toEqual(documented.sort());
  expect(documented.length).toBeGreaterThan(20);
});

test('is the same each time, and served as it is built', async () => {
  expect(JSON.stringify(buildOpenApiDocument())).toBe(JSON.stringify(document));
  const api = await startApi();
  expect(await (await api.call('/openapi.json')).json()).toEqual(JSON.parse(JSON.stringify(document)));
});

test('names every operation once, and a problem document for each error', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operation } of operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (Number(status) < 400 || path.startsWith('/health')) continue;
      const types = Object.keys(response.content ?? {});
      expect({ path, status, types }).toEqual({
        path,
        status,
        types: [path === '/login' && status === '401' ? 'text/html' : 'application/problem+json'],
      });
    }
  }
});

test('every reference in it leads somewhere', () => {
  const text = JSON.stringify(document);
  const names = Object.keys(document.components?.schemas ?? {});
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(names).toContain(name);
  expect(names).toEqual(
    expect.arrayContaining(['Job', 'JobStep', 'Asset', 'Problem', 'JobRequest_picture-book']),
  );
});

test('every error code has a status of its class', () => {
  for (const code of errorCodes) {
    expect(errorStatuses[code]).toBeGreaterThanOrEqual(400);
    expect(errorStatuses[code]).toBeLessThan(600);
  }
});
