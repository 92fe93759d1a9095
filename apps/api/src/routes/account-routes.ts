import { accountSchema, ledgerPageSchema, ledgerQuerySchema } from '@pressroom/domain';
import { defineRoute } from './route-definition.ts';

const access = { scope: 'account' } as const;

export const accountRoutes = {
  getAccount: defineRoute({
    method: 'get',
    path: '/api/account',
    tag: 'Account',
    summary: 'The account of this key, with its balance',
    access,
    replies: { 200: { description: 'The account', content: { 'application/json': accountSchema } } },
    errors: [],
  }),
  getLedger: defineRoute({
    method: 'get',
    path: '/api/account/ledger',
    tag: 'Account',
    summary: 'Every change of the balance, newest first',
    description:
      'With `Accept: text/csv` the whole ledger as one file; `cursor` and `limit` do not count there.',
    access,
    query: ledgerQuerySchema,
    replies: {
      200: {
        description: 'A page, or all of it as CSV',
        content: { 'application/json': ledgerPageSchema, 'text/csv': 'text' },
        headers: { Link: 'RFC 8288, `rel="next"` where there is a next page.' },
      },
    },
    errors: ['not-acceptable'],
  }),
};
