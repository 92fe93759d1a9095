import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { silentLog } from '@pressroom/domain';
import { createTestDatabase, eventually, startFaultProxy } from '@pressroom/testing';
import pg from 'pg';
import {
  createAssetFinder,
  deleteOperatorSession,
  findAccount,
  findApiKey,
  findAsset,
  findAssets,
  findJob,
  insertApiKey,
  insertOperatorLogin,
  insertOperatorSession,
  isOperatorSession,
  listCreditEntries,
  listJobs,
  migrateDatabase,
  openDatabase,
  revokeApiKey,
  useOperatorLogin,
} from '../src/index.ts';
import { accountId, addAsset, openAccount, openScene, runningJob, type Scene } from './scene.ts';

async function query<Row>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}
const journal = `select hash from drizzle.__drizzle_migrations`;

describe('the migrations', () => {
  test('run twice, and ten at once on an empty database, are applied once', async () => {
    const { url } = await createTestDatabase();
    await Promise.all(Array.from({ length: 10 }, () => migrateDatabase(url)));
    const applied = await query<{ hash: string }>(url, journal);
    await migrateDatabase(url);
    expect(await query(url, journal)).toEqual(applied);
    expect(new Set(applied.map((row) => row.hash)).size).toBe(applied.length);
    expect(await query(url, `select count(*)::int as jobs from jobs`)).toEqual([{ jobs: 0 }]);
  });

  test('whose connection is cut while they wait for their turn fail, and work the next time', async () => {
    const { directUrl: url } = await createTestDatabase();
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query('select pg_advisory_lock(7373001)');
    const cut = expect(migrateDatabase(url)).rejects.toThrow();
    await eventually(async () => {
      const { rows } = await holder.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`,
      );
      expect(rows).toHaveLength(1);
    });
    await cut;
    await holder.end();
    await migrateDatabase(url);
  });
});

describe('a database', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene();
  });
  afterEach(() => scene.close());

  test('whose connections are all cut, idle and inside a transaction, fails that work and goes on', async () => {
    const database = openDatabase({
      url: scene.directUrl,
      poolSize: 3,
      log: silentLog,
      applicationName: 'to-be-cut',
    });
    await Promise.all([database.check(), database.check()]);
    const broken = database.transaction(async (tx) => {
      await tx.execute('select 1');
      await scene.sql(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'to-be-cut'`,
      );
      // The loss arrives while no statement runs, when only a listener can take it.
      await eventually(async () => {
        await expect(tx.execute('select 1')).rejects.toThrow();
      });
      await tx.execute('select 1');
    });
    await expect(broken).rejects.toThrow();
    await database.check();
    await database.close();
  });

  test('never commits a transaction that it reported as failed, however late its statement ends', async () => {
    const database = openDatabase({
      url: scene.directUrl,
      poolSize: 1,
      log: silentLog,
      applicationName: 'too-late',
      statementLimitMs: 300,
    });
    const rename = `update accounts set name = 'too late' where id = '${accountId}'`;
    const holder = new pg.Client({ connectionString: scene.directUrl });
    await holder.connect();
    await holder.query(`begin; select from accounts where id = '${accountId}' for update`);
    await expect(database.transaction((tx) => tx.execute(rename))).rejects.toThrow();
    await holder.query('rollback');
    await holder.end();
    await database.transaction((tx) => tx.execute('select 1'));
    expect(await findAccount(scene.database.executor, accountId)).not.toMatchObject({ name: 'too late' });
    await database.close();
  });

  test('that falls silent does not keep the connection for the next transaction', async () => {
    const proxy = await startFaultProxy({ target: scene.directUrl });
    const database = openDatabase({
      url: proxy.url,
      poolSize: 1,
      log: silentLog,
      applicationName: 'falls-silent',
      statementLimitMs: 300,
    });
    const connection = 'select pg_backend_pid() as pid';
    let silent: unknown;
    const silenced = database.transaction(async (tx) => {
      silent = (await tx.execute<{ pid: number }>(connection)).rows[0]?.pid;
      await proxy.setMode('half-open');
      await tx.execute('select 1');
    });
    await expect(silenced).rejects.toThrow();
    await proxy.setMode('pass');
    const next = await database.transaction((tx) => tx.execute<{ pid: number }>(connection));
    expect(next.rows[0]?.pid).not.toBe(silent);
    await database.close();
  });

  test('is named when a step looks for its asset: no fault of the step', async () => {
    const proxy = await startFaultProxy({ target: scene.directUrl });
    await proxy.setMode('refuse');
    const database = openDatabase({
      url: proxy.url,
      poolSize: 1,
      log: silentLog,
      applicationName: 'is-away',
    });
    await expect(createAssetFinder(database)('acct_1', 'asset_1')).rejects.toMatchObject({
      code: 'database-unavailable',
    });
    await database.close();
  });

  test('reports why a transaction was rolled back and keeps its connection', async () => {
    const database = openDatabase({
      url: scene.directUrl,
      poolSize: 1,
      log: silentLog,
      applicationName: 'kept',
    });
    const pid = async (): Promise<unknown> =>
      (await database.executor.execute<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
    const before = await pid();
    await expect(database.transaction(() => Promise.reject(new Error('Not this time')))).rejects.toThrow(
      'Not this time',
    );
    expect(await pid()).toBe(before);
    await database.close();
  });

  test('that is not there shows at the first statement', async () => {
    const database = openDatabase({
      url: 'postgres://127.0.0.1:1/none',
      poolSize: 1,
      log: silentLog,
      applicationName: 'none',
    });
    await expect(database.check()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await database.close();
  });

  test('gives nothing of one account to another', async () => {
    const job = await runningJob(scene);
    await openAccount(scene, 'acct_other', 0);
    await addAsset(scene, 'asset_own', 'acct_other');
    const { executor } = scene.database;
    expect(await findJob(executor, 'acct_other', job.jobId)).toBeUndefined();
    expect(await listJobs(executor, { accountId: 'acct_other', limit: 10 })).toEqual([]);
    expect(await findAsset(executor, 'acct_other', 'asset_0')).toBeUndefined();
    expect((await findAssets(executor, 'acct_other', ['asset_0', 'asset_own'])).map(({ id }) => id)).toEqual([
      'asset_own',
    ]);
    expect(await listCreditEntries(executor, { accountId: 'acct_other', limit: 10 })).toEqual([]);
    expect(await findJob(executor, accountId, job.jobId)).toBeDefined();
  });

  test('lists jobs newest first, page by page, by status and kind', async () => {
    const { executor } = scene.database;
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift((await runningJob(scene)).jobId);
    const first = await listJobs(executor, { accountId, limit: 2 });
    const second = await listJobs(executor, { accountId, limit: 9, beforeId: first[1]?.id ?? '' });
    expect([...first, ...second].map(({ id }) => id)).toEqual(ids);
    expect(await listJobs(executor, { accountId, limit: 9, status: 'queued' })).toEqual([]);
    expect(
      await listJobs(executor, { accountId, limit: 9, status: 'running', kind: 'picture-book' }),
    ).toHaveLength(5);
  });

  test('knows an API key by its hash until it is revoked, which happens once', async () => {
    const { executor } = scene.database;
    await insertApiKey(executor, {
      id: 'key_1',
      accountId,
      name: 'n',
      secretHash: 'h',
      hint: 'prk_',
      scopes: ['jobs', 'assets'],
    });
    expect(await findApiKey(executor, 'h')).toMatchObject({ accountId, scopes: ['jobs', 'assets'] });
    expect(await findApiKey(executor, 'H')).toBeUndefined();
    const again = insertApiKey(executor, {
      id: 'key_2',
      accountId,
      name: 'n',
      secretHash: 'h',
      hint: 'prk_',
      scopes: [],
    });
    await expect(again).rejects.toThrow();
    const revoked = await Promise.all([1, 2, 3, 4].map(() => revokeApiKey(executor, 'key_1', new Date())));
    expect(revoked.filter(Boolean)).toHaveLength(1);
    expect(await findApiKey(executor, 'h')).toBeUndefined();
  });

  test('lets a login link in once, of twenty at the same moment, and never after its time', async () => {
    const { executor } = scene.database;
    const now = new Date('2026-01-01T00:00:00Z');
    const later = new Date('2026-01-01T00:10:00Z');
    await insertOperatorLogin(executor, 'once', later);
    const used = await Promise.all(Array.from({ length: 20 }, () => useOperatorLogin(executor, 'once', now)));
    expect(used.filter(Boolean)).toHaveLength(1);
    await insertOperatorLogin(executor, 'late', later);
    expect(await useOperatorLogin(executor, 'late', later)).toBe(false);
    expect(await useOperatorLogin(executor, 'none', now)).toBe(false);
  });

  test('keeps a session until its time or its end', async () => {
    const { executor } = scene.database;
    const now = new Date('2026-01-01T00:00:00Z');
    const later = new Date('2026-01-01T00:10:00Z');
    await insertOperatorSession(executor, { sessionHash: 'a', expiresAt: later, now });
    expect(await isOperatorSession(executor, 'a', now)).toBe(true);
    expect(await isOperatorSession(executor, 'a', later)).toBe(false);
    await insertOperatorSession(executor, {
      sessionHash: 'b',
      expiresAt: new Date('2026-02-01'),
      now: later,
    });
    expect(await scene.sql(`select session_hash from operator_sessions`)).toEqual([{ session_hash: 'b' }]);
    await deleteOperatorSession(executor, 'b');
    expect(await isOperatorSession(executor, 'b', later)).toBe(false);
  });
});
