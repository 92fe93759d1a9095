import {
  accountChangeSchema,
  createdKeySchema,
  idSchema,
  newAccountSchema,
  newGrantSchema,
  newKeySchema,
  operatorAccountSchema,
} from '@pressroom/domain';
import { z } from 'zod';
import { defineRoute } from './route-definition.ts';

const params = z.strictObject({ id: idSchema });
const account = { 'application/json': operatorAccountSchema };

export const adminRoutes = {
  createAccount: defineRoute({
    method: 'post',
    path: '/api/admin/accounts',
    tag: 'Administration',
    summary: 'Create an account',
    access: 'operator',
    body: { contentType: 'application/json', schema: newAccountSchema },
    replies: {
      201: { description: 'Created', content: account, headers: { Location: 'The address of the account.' } },
    },
    errors: [],
  }),
  getAccountAsOperator: defineRoute({
    method: 'get',
    path: '/api/admin/accounts/:id',
    tag: 'Administration',
    summary: 'An account',
    access: 'operator',
    params,
    replies: { 200: { description: 'The account', content: account } },
    errors: ['not-found'],
  }),
  changeAccount: defineRoute({
    method: 'patch',
    path: '/api/admin/accounts/:id',
    tag: 'Administration',
    summary: "Change an account's share of the queue, its tier, or whom Stripe bills for it",
    access: 'operator',
    params,
    body: { contentType: 'application/json', schema: accountChangeSchema },
    replies: { 200: { description: 'The account as it is now', content: account } },
    errors: ['not-found'],
  }),
  grantCredits: defineRoute({
    method: 'post',
    path: '/api/admin/accounts/:id/grants',
    tag: 'Administration',
    summary: 'Grant credits to an account',
    access: 'operator',
    params,
    body: { contentType: 'application/json', schema: newGrantSchema },
    replies: { 201: { description: 'The account with its new balance', content: account } },
    errors: ['not-found'],
  }),
  createKey: defineRoute({
    method: 'post',
    path: '/api/admin/accounts/:id/keys',
    tag: 'Administration',
    summary: 'Create an API key',
    description: 'The key is in this answer and nowhere else.',
    access: 'operator',
    params,
    body: { contentType: 'application/json', schema: newKeySchema },
    replies: { 201: { description: 'Created', content: { 'application/json': createdKeySchema } } },
    errors: ['not-found'],
  }),
  revokeKey: defineRoute({
    method: 'delete',
    path: '/api/admin/keys/:id',
    tag: 'Administration',
    summary: 'Revoke an API key, from now on and for good',
    access: 'operator',
    params,
    replies: { 204: { description: 'Revoked' } },
    errors: ['not-found'],
  }),
};
