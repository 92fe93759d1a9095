import { problemTypeSchema } from '@pressroom/domain';
import { z } from 'zod';
import { defineRoute } from './route-definition.ts';

const html = { 'text/html': 'text' } as const;

export const livenessSchema = z
  .strictObject({ alive: z.boolean(), reason: z.string().optional() })
  .meta({ id: 'Liveness' });

export const healthReportSchema = z
  .strictObject({
    state: z.enum(['up', 'degraded', 'down', 'starting', 'stopping']),
    checkedAt: z.iso.datetime(),
    components: z.array(
      z.strictObject({
        name: z.string(),
        state: z.enum(['up', 'down']),
        critical: z.boolean(),
        latencyMs: z.number(),
        detail: z.unknown().optional(),
        error: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'HealthReport' });

const report = { 'application/json': healthReportSchema };
const loginQuery = z.object({
  token: z.string().max(200).optional().describe('Of a one-time login link.'),
  next: z.string().max(200).optional().describe('Where to go after the login; a path of this server.'),
});

/** For machines that watch, and pages for people. */
export const systemRoutes = {
  getLiveness: defineRoute({
    method: 'get',
    path: '/health/live',
    tag: 'Operation',
    summary: 'Whether the process should go on living',
    access: 'public',
    replies: {
      200: { description: 'Alive', content: { 'application/json': livenessSchema } },
      503: { description: 'Only a restart helps', content: { 'application/json': livenessSchema } },
    },
    errors: [],
  }),
  getReadiness: defineRoute({
    method: 'get',
    path: '/health/ready',
    tag: 'Operation',
    summary: 'Whether requests should be sent here',
    access: 'public',
    replies: {
      200: { description: 'Ready', content: report },
      503: { description: 'Starting, stopping, or without something it needs', content: report },
    },
    errors: [],
  }),
  getHealth: defineRoute({
    method: 'get',
    path: '/health',
    tag: 'Operation',
    summary: 'Each component with its state and latency',
    access: 'public',
    replies: { 200: { description: 'The report', content: report } },
    errors: [],
  }),
  getMetrics: defineRoute({
    method: 'get',
    path: '/metrics',
    tag: 'Operation',
    summary: 'Metrics in the Prometheus text format',
    access: 'public',
    replies: { 200: { description: 'The metrics', content: { 'text/plain': 'text' } } },
    errors: [],
  }),
  getOpenApi: defineRoute({
    method: 'get',
    path: '/openapi.json',
    tag: 'Operation',
    summary: 'This document',
    access: 'public',
    replies: {
      200: {
        description: 'OpenAPI 3.1',
        content: { 'application/json': z.looseObject({ openapi: z.string() }) },
      },
    },
    errors: [],
  }),
  getProblemType: defineRoute({
    method: 'get',
    path: '/problems/:code',
    tag: 'Operation',
    summary: 'What an error code means and what to do about it',
    access: 'public',
    params: z.strictObject({ code: z.string().max(64) }),
    replies: {
      200: { description: 'The kind of error', content: { 'application/json': problemTypeSchema, ...html } },
    },
    errors: ['not-found', 'not-acceptable'],
  }),
  getLanding: defineRoute({
    method: 'get',
    path: '/',
    tag: 'Pages',
    summary: 'The way in',
    access: 'public',
    replies: { 200: { description: 'A page with links', content: html } },
    errors: [],
  }),
  getLogin: defineRoute({
    method: 'get',
    path: '/login',
    tag: 'Pages',
    summary: 'The operator login; with a one-time token, the login itself',
    access: 'public',
    query: loginQuery,
    replies: {
      200: { description: 'The form, or the way on after a login', content: html },
      401: { description: 'The link was used before, or has expired', content: html },
    },
    errors: [],
  }),
  logIn: defineRoute({
    method: 'post',
    path: '/login',
    tag: 'Pages',
    summary: 'Log in with the operator token',
    access: 'public',
    body: {
      contentType: 'application/x-www-form-urlencoded',
      schema: z.object({ token: z.string().max(500), next: z.string().max(200).optional() }),
    },
    replies: {
      303: {
        description: 'Logged in',
        headers: { Location: 'Where to go on.', 'Set-Cookie': 'The session.' },
      },
      401: { description: 'Not the token', content: html },
    },
    errors: ['forbidden', 'rate-limited', 'unsupported-content-type'],
  }),
  logOut: defineRoute({
    method: 'post',
    path: '/logout',
    tag: 'Pages',
    summary: 'End the operator session',
    access: 'public',
    replies: { 303: { description: 'Logged out', headers: { Location: 'The login page.' } } },
    errors: ['forbidden'],
  }),
};
