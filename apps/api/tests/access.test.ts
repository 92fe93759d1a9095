import { beforeAll, expect, test } from '@jest/globals';
import { createOperatorClient } from '@pressroom/client';
import { insertOperatorLogin } from '@pressroom/database';
import { type Account, type CreatedKey, type Problem, systemClock } from '@pressroom/domain';
import { createLoginLink } from '../src/index.ts';
import { hashSecret } from '../src/services/secrets.ts';
import { type ApiUnderTest, bodyOf, operatorToken, startApi } from './api-under-test.ts';
import { png } from './pictures.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});

const json = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const asOperator = { key: operatorToken };

test('tells nothing about why a key is not valid', async () => {
  const revoked = await api.main.keyWith('account');
  const { rows } = await api.database.executor.execute<{ id: string }>(
    `select id from api_keys where secret_hash = '${hashSecret(revoked)}'`,
  );
  const removal = await api.call(`/api/admin/keys/${rows[0]?.id}`, { method: 'DELETE', ...asOperator });
  expect(removal.status).toBe(204);
  const bodies = [];
  for (const key of [null, revoked, `prk_${'x'.repeat(43)}`, 'prk_short', 'something else']) {
    const response = await api.call('/api/account', { key });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="pressroom"');
    bodies.push({ ...(await bodyOf<Problem>(response)), requestId: '' });
  }
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
});

test('lets a key do only what its scopes say', async () => {
  const paths = { '/api/assets/asset_x': 'assets', '/api/jobs': 'jobs', '/api/account': 'account' } as const;
  for (const [path, scope] of Object.entries(paths)) {
    const right = await api.main.keyWith(scope);
    expect((await api.call(path, { key: right })).status).not.toBe(403);
    for (const other of Object.values(paths).filter((each) => each !== scope)) {
      const key = await api.main.keyWith(other);
      expect(await api.problem(path, { key })).toMatchObject({ code: 'forbidden', facts: { scope } });
    }
  }
});

test("answers 404 to everything of another account's", async () => {
  const other = await api.openAccount();
  const asset = await other.client.uploadAsset(png());
  const job = await other.client.submitJob({
    kind: 'picture-book',
    input: { photos: [{ assetId: asset.id }], style: 'poster', title: 'Theirs' },
  });
  await api.play.succeed(job.id);
  for (const path of [
    asset.links.self,
    asset.links.content,
    job.links.self,
    job.links.events,
    job.links.output,
  ]) {
    expect((await api.call(path, { key: other.key })).status).toBe(200);
    expect(await api.problem(path)).toMatchObject({ status: 404, code: 'not-found' });
  }
  expect(await api.problem(job.links.cancel, { method: 'POST' })).toMatchObject({ status: 404 });
  const mine = [];
  for await (const each of api.main.client.listJobs()) mine.push(each);
  expect(mine).toEqual([]);
});

test('slows an account down that asks too often, and only that one', async () => {
  const strict = await startApi({ env: { PRESSROOM_REQUESTS_PER_MINUTE: '3' } });
  const other = await strict.openAccount();
  for (let left = 2; left >= 0; left -= 1) {
    const { headers } = await strict.call('/api/account');
    expect(headers.get('ratelimit')).toMatch(new RegExp(`^"account";r=${left};t=\\d+$`));
    expect(headers.get('ratelimit-policy')).toBe('"account";q=3;w=60');
  }
  const refused = await strict.call('/api/account');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await strict.call('/api/account', { key: other.key })).status).toBe(200);
});

test('creates accounts, grants and keys for an operator', async () => {
  const created = await api.call('/api/admin/accounts', {
    ...json({ name: 'New', credits: 5 }),
    ...asOperator,
  });
  const account = await bodyOf<Account>(created);
  expect(account).toMatchObject({ name: 'New', balance: 5 });
  const path = created.headers.get('location') ?? '';
  const grant = await api.call(`${path}/grants`, {
    ...json({ credits: 7, reason: 'thanks' }),
    ...asOperator,
  });
  expect((await bodyOf<Account>(grant)).balance).toBe(12);
  const answer = await api.call(`${path}/keys`, {
    ...json({ name: 'k', scopes: ['account'] }),
    ...asOperator,
  });
  const { key, hint } = await bodyOf<CreatedKey>(answer);
  expect(key).toMatch(/^prk_[A-Za-z0-9_-]{43}$/);
  expect(key.startsWith(hint)).toBe(true);
  expect((await bodyOf<Account>(await api.call('/api/account', { key }))).balance).toBe(12);
  expect(await (await api.call(path, asOperator)).text()).not.toContain(key);
  const { rows } = await api.database.executor.execute(
    `select * from api_keys where account_id = '${account.id}'`,
  );
  expect(JSON.stringify(rows)).not.toContain(key);
  expect(
    await api.problem('/api/admin/accounts/acct_none/grants', {
      ...json({ credits: 1, reason: 'x' }),
      ...asOperator,
    }),
  ).toMatchObject({ status: 404 });
  expect(await api.problem('/api/admin/keys/key_none', { method: 'DELETE', ...asOperator })).toMatchObject({
    status: 404,
  });
});

test("changes an account's share of the queue for an operator, within bounds", async () => {
  const created = await api.call('/api/admin/accounts', { ...json({ name: 'Heavy' }), ...asOperator });
  const path = created.headers.get('location') ?? '';
  expect(await bodyOf<Account>(created)).toMatchObject({ weight: 1 });
  const change = (body: object, at = path) =>
    ({ at, init: { ...json(body), ...asOperator, method: 'PATCH' } }) as const;
  const operator = createOperatorClient({ baseUrl: api.url, operatorToken });
  const { id } = await bodyOf<Account>(await api.call(path, asOperator));
  expect(await operator.changeAccount(id, { weight: 2.5 })).toMatchObject({
    name: 'Heavy',
    balance: 0,
    weight: 2.5,
  });
  await operator.close();
  for (const weight of [0, 0.001, 101, -1, '2', null]) {
    const refused = change({ weight });
    expect(await api.problem(refused.at, refused.init)).toMatchObject({ status: 400 });
  }
  expect(await bodyOf<Account>(await api.call(path, asOperator))).toMatchObject({ weight: 2.5 });
  const none = change({ weight: 2 }, '/api/admin/accounts/acct_none');
  expect(await api.problem(none.at, none.init)).toMatchObject({ status: 404 });
});

test('keeps everyone but operators out of the administration', async () => {
  for (const key of [null, api.main.key]) {
    expect(await api.problem('/api/admin/accounts', { ...json({ name: 'x' }), key })).toMatchObject({
      status: 401,
    });
  }
});

/** Logs in by the form and returns the cookie. */
async function logIn(target: ApiUnderTest): Promise<string> {
  const response = await target.call('/login', {
    method: 'POST',
    key: null,
    headers: { Origin: target.url },
    body: new URLSearchParams({ token: operatorToken, next: '/admin/queues/queue/x' }),
  });
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe('/admin/queues/queue/x');
  const cookie = response.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(
    /^pressroom_operator=[A-Za-z0-9_-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
  );
  return cookie.split(';')[0] ?? '';
}

test('takes a session for changes only from its own pages', async () => {
  const cookie = await logIn(api);
  const change = (headers: Record<string, string>) =>
    api.call('/api/admin/accounts', {
      ...json({ name: 'By session' }, { Cookie: cookie, ...headers }),
      key: null,
    });
  expect((await change({ Origin: api.url })).status).toBe(201);
  expect((await change({ Origin: 'http://evil.example' })).status).toBe(403);
  expect((await change({ Origin: 'null' })).status).toBe(403);
  expect((await change({})).status).toBe(403);
  const out = await api.call('/logout', {
    method: 'POST',
    key: null,
    headers: { Cookie: cookie, Origin: api.url },
  });
  expect(out.headers.get('set-cookie')).toContain('pressroom_operator=;');
  expect((await change({ Origin: api.url })).status).toBe(401);
});

test('a login link works once, whoever races for it', async () => {
  const link = await createLoginLink(api.database, systemClock, api.url);
  const path = link.url.slice(api.url.length);
  expect((await api.call(path, { method: 'HEAD', key: null })).status).toBe(200);
  const answers = await Promise.all(Array.from({ length: 8 }, () => api.call(path, { key: null })));
  const let_in = answers.filter((answer) => answer.status === 200);
  expect(let_in).toHaveLength(1);
  const cookie = let_in[0]?.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await api.call('/admin/queues/', { key: null, headers: { Cookie: cookie } })).status).toBe(200);
  expect((await api.call(path, { key: null })).headers.get('set-cookie')).toBeNull();
});

test('an expired login link does not work', async () => {
  const secret = 'y'.repeat(43);
  await insertOperatorLogin(api.database.executor, hashSecret(secret), new Date(Date.now() - 1));
  expect((await api.call(`/login?token=${secret}`, { key: null })).status).toBe(401);
});

test('a session ends when its hours are over', async () => {
  const cookie = await logIn(api);
  await api.database.executor.execute(
    `update operator_sessions set expires_at = now() - interval '1 second'`,
  );
  const response = await api.call('/admin/queues/', {
    key: null,
    headers: { Cookie: cookie, Accept: 'text/html' },
  });
  expect(response.status).toBe(303);
  expect(response.headers.get('location')).toBe('/login?next=%2Fadmin%2Fqueues%2F');
});

test('the board sends people to the login and tells programs', async () => {
  const person = await api.call('/admin/queues/', { key: null, headers: { Accept: 'text/html' } });
  expect(person.status).toBe(303);
  expect(
    await api.problem('/admin/queues/api/queues', { key: null, headers: { Accept: 'application/json' } }),
  ).toMatchObject({ status: 401 });
  expect(await api.problem('/admin/queues/api/queues/x/y/retry', { method: 'PUT', key: null })).toMatchObject(
    { status: 401 },
  );
});

test('a login sends nobody to another site', async () => {
  for (const next of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/%0d%0aX: y',
    '/x"><script>',
  ]) {
    const page = await (await api.call(`/login?next=${encodeURIComponent(next)}`, { key: null })).text();
    expect(page).not.toContain('evil.example');
    expect(page).not.toContain('<script');
    expect(page).not.toContain('javascript:');
  }
});

test('refuses to try operator tokens for ever', async () => {
  const fresh = await startApi();
  const guess = (token: string) =>
    fresh.call('/login', {
      method: 'POST',
      key: null,
      headers: { Origin: fresh.url },
      body: new URLSearchParams({ token }),
    });
  for (let count = 0; count < 10; count += 1) expect((await guess(`wrong ${count}`)).status).toBe(401);
  expect((await guess(operatorToken)).status).toBe(429);
  expect((await fresh.call('/api/admin/accounts/x', asOperator)).status).toBe(429);
});

test('without an operator token nothing opens but a login link', async () => {
  const shut = await startApi({ env: { PRESSROOM_OPERATOR_TOKEN: '' } });
  expect((await shut.call('/api/admin/accounts/x', { key: 'undefined' })).status).toBe(401);
  const page = await (await shut.call('/login', { key: null })).text();
  expect(page).not.toContain('<form');
  const link = await createLoginLink(shut.database, systemClock, shut.url);
  expect(
    (await shut.call(link.url.slice(shut.url.length), { key: null })).headers.get('set-cookie'),
  ).toContain('pressroom_operator=');
});
