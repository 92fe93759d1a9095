import { changeCredits, insertAccount, revokeApiKey, updateAccount } from '@pressroom/database';
import { type OperatorAccount, PressroomError } from '@pressroom/domain';
import type { Handlers } from '../http/exchange.ts';
import type { adminRoutes } from '../routes/admin-routes.ts';
import { createApiKey } from '../services/api-keys.ts';
import { requireAccount, toAccount, toOperatorAccount } from './account-endpoints.ts';
import type { EndpointContext } from './endpoint-context.ts';

export function createAdminEndpoints(context: EndpointContext): Handlers<typeof adminRoutes> {
  const { database, ids } = context;
  const { tiers = {} } = context.config.usage;
  const readAccount = async (id: string): Promise<OperatorAccount> =>
    toOperatorAccount(await requireAccount(context, id));

  return {
    createAccount: async ({ body }, { log }) => {
      const id = ids.next('acct');
      await database.transaction(async (tx) => {
        await insertAccount(tx, { id, name: body.name });
        if (body.credits > 0) {
          await changeCredits(tx, {
            accountId: id,
            kind: 'grant',
            amount: body.credits,
            reason: 'Opening grant',
          });
        }
      });
      log.info({ accountId: id, credits: body.credits }, 'An account was created');
      const account = await readAccount(id);
      return { status: 201, body: account, headers: { Location: `/api/admin/accounts/${id}` } };
    },
    getAccountAsOperator: async ({ params }) => ({ status: 200, body: await readAccount(params.id) }),
    changeAccount: async ({ params, body }, { log }) => {
      const { tier } = body;
      if (typeof tier === 'string' && !Object.hasOwn(tiers, tier)) {
        const known = Object.keys(tiers).join(', ') || 'none';
        const message = `There is no such tier in PRESSROOM_TIERS; there are: ${known}`;
        throw new PressroomError('invalid-request', message, {
          facts: { errors: [{ path: '/tier', message }] },
        });
      }
      await updateAccount(database.executor, params.id, body);
      const account = await readAccount(params.id);
      log.info({ accountId: params.id, changed: Object.keys(body) }, 'An account was changed');
      return { status: 200, body: account };
    },
    grantCredits: async ({ params, body }, { log }) => {
      await requireAccount(context, params.id);
      await changeCredits(database.executor, {
        accountId: params.id,
        kind: 'grant',
        amount: body.credits,
        reason: body.reason,
      });
      log.info({ accountId: params.id, credits: body.credits }, 'Credits were granted');
      return { status: 201, body: await readAccount(params.id) };
    },
    createKey: async ({ params, body }, { log }) => {
      const account = toAccount(await requireAccount(context, params.id));
      const scopes = [...new Set(body.scopes)];
      const created = await createApiKey(database.executor, ids, {
        accountId: params.id,
        name: body.name,
        scopes,
      });
      log.info({ accountId: params.id, keyId: created.id, scopes }, 'An API key was created');
      return { status: 201, body: { ...created, scopes, account } };
    },
    revokeKey: async ({ params }, { log }) => {
      if (!(await revokeApiKey(database.executor, params.id, context.clock.now()))) {
        throw new PressroomError('not-found', `There is no key ${params.id} that could be revoked`);
      }
      log.info({ keyId: params.id }, 'An API key was revoked');
      return { status: 204 };
    },
  };
}
