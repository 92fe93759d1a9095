/** A real API on a real database, files and port; only the queue and its workers are left out, and played by hand. */
import { strict as assert } from 'node:assert';
import { Readable } from 'node:stream';
import { createPressroomClient, type PressroomClient } from '@pressroom/client';
import { loadConfig } from '@pressroom/config';
import {
  changeCredits,
  createDispatchStore,
  createEventHints,
  createStepStore,
  type Database,
  insertAccount,
  listenForEventHints,
  listSteps,
  migrateDatabase,
  openDatabase,
} from '@pressroom/database';
import {
  type ErrorRecord,
  type IdSource,
  type KeyScope,
  type Problem,
  problemSchema,
  type StepLease,
  silentLog,
  storageKeys,
  systemClock,
  systemIds,
} from '@pressroom/domain';
import { createHealth, createMetrics, type Health } from '@pressroom/observability';
import { type OpenAssetStore, openLocalStore } from '@pressroom/storage';
import { atTeardown, createTestDatabase, temporaryFolder } from '@pressroom/testing';
import { z } from 'zod';
import type { ApiTiming } from '../src/endpoints/endpoint-context.ts';
import { type Api, type ApiOptions, type ApiResources, createApi, createApiKey } from '../src/index.ts';
import type { RouteDefinition } from '../src/routes/route-definition.ts';
import { routes } from '../src/routes/routes.ts';

export const operatorToken = 'operator-token-for-tests';

export interface TestAccount {
  readonly id: string;
  readonly key: string;
  readonly client: PressroomClient;
  /** A client of the same account whose key has only these scopes. */
  keyWith(...scopes: KeyScope[]): Promise<string>;
}

export interface ApiUnderTest {
  readonly api: Api;
  readonly url: string;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly store: OpenAssetStore;
  readonly storeFolder: string;
  readonly health: Health;
  readonly ids: IdSource;
  /** What the API was given. */
  readonly resources: ApiOptions;
  readonly nudges: () => number;
  readonly removedFlows: readonly string[];
  readonly main: TestAccount;
  openAccount(credits?: number): Promise<TestAccount>;
  /** Stops the API and starts a new one on the same port and data. */
  restart(whileDown?: () => Promise<void>): Promise<void>;
  /** A request whose answer is checked against what the route declares. */
  call(path: string, init?: RequestInit & { key?: string | null }): Promise<Response>;
  problem(path: string, init?: RequestInit & { key?: string | null }): Promise<Problem>;
  readonly play: WorkerPlay;
}

/** Does by hand what dispatcher and workers do. */
export interface WorkerPlay {
  admit(jobId: string): Promise<void>;
  claim(jobId: string, key: string): Promise<StepLease>;
  finish(jobId: string, ...keys: string[]): Promise<void>;
  /** Everything, with `pdf` as the document, and the findings of a report in the other formats. */
  succeed(jobId: string, pdf?: Buffer, findings?: { json: Buffer; csv: Buffer }): Promise<void>;
  /** Everything of a plan, with these forms of its version. */
  succeedPlan(jobId: string, forms: Readonly<Record<'pdf' | 'json' | 'md' | 'ics', string>>): Promise<void>;
  fail(jobId: string, key: string, error: ErrorRecord): Promise<void>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timing?: Partial<ApiTiming>;
  readonly queueAdmin?: ApiResources['queueAdmin'];
  readonly credits?: number;
}

export async function startApi(options: StartOptions = {}): Promise<ApiUnderTest> {
  const { url: databaseUrl, directUrl } = await createTestDatabase({
    template: { name: 'api_app', prepare: migrateDatabase },
  });
  const folder = await temporaryFolder();
  const database = openDatabase({
    url: databaseUrl,
    poolSize: 8,
    log: silentLog,
    applicationName: 'api-tests',
  });
  const store = await openLocalStore({ folder: folder.path });
  const hints = createEventHints(database, silentLog);
  // So rarely that what a test waits for can only come by a hint.
  const hintListener = listenForEventHints({ url: directUrl, log: silentLog, pollMs: 600_000 });
  const health = createHealth();
  health.setPhase('running');
  health.register({ name: 'database', critical: true, check: () => database.check() });
  const removedFlows: string[] = [];
  let nudges = 0;
  const configWith = (port: number) =>
    loadConfig({
      PRESSROOM_PORT: String(port),
      PRESSROOM_OPERATOR_TOKEN: operatorToken,
      PRESSROOM_SHUTDOWN_GRACE_MS: '5000',
      ...options.env,
    });
  const resources = (port: number): ApiOptions => ({
    config: configWith(port),
    database,
    store,
    dispatcher: {
      nudge: () => {
        nudges += 1;
      },
    },
    queueAdmin: options.queueAdmin ?? {
      queues: [],
      removeFlow: async (jobId) => void removedFlows.push(jobId),
      lookUp: async () => ({ asked: false, problem: 'There is no queue in this test' }),
    },
    hints,
    hintListener,
    log: silentLog,
    metrics: createMetrics({ service: 'api' }),
    health,
    clock: systemClock,
    ids: systemIds,
    ...(options.timing === undefined ? {} : { timing: options.timing }),
  });
  const launch = async (port: number): Promise<Api> => {
    const api = createApi(resources(port));
    await api.start();
    return api;
  };
  let api = await launch(0);
  const { port } = api.address();
  const url = api.url();
  const clients: PressroomClient[] = [];
  atTeardown(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await api.stop();
    await hintListener.close();
    await hints.flush();
    await database.close();
    await store.close();
  });

  async function openAccount(credits = 1_000): Promise<TestAccount> {
    const id = systemIds.next('acct');
    await insertAccount(database.executor, { id, name: 'Test' });
    if (credits > 0) {
      await changeCredits(database.executor, {
        accountId: id,
        kind: 'grant',
        amount: credits,
        reason: 'start',
      });
    }
    const keyWith = async (...scopes: KeyScope[]): Promise<string> =>
      (await createApiKey(database.executor, systemIds, { accountId: id, name: 'test', scopes })).key;
    const key = await keyWith('assets', 'jobs', 'account');
    const client = createPressroomClient({ baseUrl: url, apiKey: key });
    clients.push(client);
    return { id, key, client, keyWith };
  }
  const main = await openAccount(options.credits);

  const call: ApiUnderTest['call'] = async (path, { key = main.key, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (key !== null) headers.set('Authorization', `Bearer ${key}`);
    const response = await fetch(new URL(path, url), { redirect: 'manual', ...init, headers });
    await checkAgainstRoute(init.method ?? 'GET', new URL(path, url).pathname, response);
    return response;
  };

  return {
    get api() {
      return api;
    },
    url,
    database,
    databaseUrl,
    store,
    storeFolder: folder.path,
    health,
    ids: systemIds,
    resources: resources(0),
    nudges: () => nudges,
    removedFlows,
    main,
    openAccount,
    restart: async (whileDown = async () => {}) => {
      await api.stop('restart');
      await whileDown();
      health.setPhase('running');
      api = await launch(port);
    },
    call,
    problem: async (path, init) => problemSchema.parse(await (await call(path, init)).json()),
    play: createPlay(database, hints, store),
  };
}

function createPlay(
  database: Database,
  hints: ReturnType<typeof createEventHints>,
  store: OpenAssetStore,
): WorkerPlay {
  const steps = createStepStore(database, hints);
  const dispatch = createDispatchStore(database, hints);
  const claim: WorkerPlay['claim'] = async (jobId, key) => {
    const row = (await listSteps(database.executor, [jobId])).find((step) => step.key === key);
    assert(row !== undefined, `job ${jobId} has no step ${key}`);
    const outcome = await steps.claim({ stepId: row.id, jobId, generation: row.generation }, 'worker_1');
    assert(outcome.kind === 'claimed', `${key} is ${outcome.kind}`);
    return { stepId: row.id, jobId, fence: outcome.step.fence };
  };
  const admit: WorkerPlay['admit'] = async (jobId) => {
    await dispatch.claim({ windowFlows: 1_000, accountWindowFlows: 1_000, batch: 100, leaseMs: 60_000 });
    await dispatch.confirm(jobId, 1);
  };
  const finish: WorkerPlay['finish'] = async (jobId, ...keys) => {
    for (const key of keys) {
      assert(await steps.succeed(await claim(jobId, key), { output: { of: key }, assets: [] }));
    }
  };
  const keep = async (bytes: Buffer, mediaType: string) => {
    const { key, ...blob } = await store.putByContent(
      (sha256) => storageKeys.content('made', sha256),
      Readable.from([bytes]),
    );
    return { assetId: systemIds.next('asset'), storageKey: key, mediaType, ...blob };
  };
  /** All steps but the last, whose key is given back. */
  const finishToRoot = async (jobId: string): Promise<string> => {
    await admit(jobId);
    const rows = await listSteps(database.executor, [jobId]);
    await finish(jobId, ...rows.filter((row) => row.parentId !== null).map((row) => row.key));
    return rows.find((row) => row.parentId === null)?.key ?? '';
  };
  return {
    admit,
    claim,
    finish,
    succeed: async (jobId, pdf = Buffer.from('%PDF-1.7 made by hand'), findings) => {
      const root = await finishToRoot(jobId);
      const document = await keep(pdf, 'application/pdf');
      const parts =
        findings === undefined
          ? {}
          : {
              report: await keep(findings.json, 'application/json'),
              table: await keep(findings.csv, 'text/csv; charset=utf-8'),
            };
      const done = await steps.succeed(await claim(jobId, root), {
        output: { document, ...parts, pages: 3, skipped: [], preflight: [] },
        assets: [{ ...document, role: 'document' }],
      });
      assert(done);
    },
    succeedPlan: async (jobId, forms) => {
      const root = await finishToRoot(jobId);
      const document = await keep(Buffer.from(forms.pdf), 'application/pdf');
      const plan = await keep(Buffer.from(forms.json), 'application/json');
      const markdown = await keep(Buffer.from(forms.md), 'text/markdown; charset=utf-8');
      const calendar = await keep(Buffer.from(forms.ics), 'text/calendar; charset=utf-8');
      const files = { document, plan, markdown, calendar };
      const done = await steps.succeed(await claim(jobId, root), {
        output: { ...files, pages: 3, skipped: [], preflight: [] },
        assets: Object.values(files).map((file) => ({ ...file, role: 'document' as const })),
        planVersion: {
          document: document.assetId,
          plan: plan.assetId,
          markdown: markdown.assetId,
          calendar: calendar.assetId,
          pages: 3,
          sources: [],
        },
      });
      assert(done);
    },
    fail: async (jobId, key, error) => {
      await admit(jobId);
      assert(await steps.fail(await claim(jobId, key), error));
    },
  };
}

/** Every answer in every test is one that the OpenAPI document promises. */
async function checkAgainstRoute(method: string, path: string, response: Response): Promise<void> {
  const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
  const found = (Object.values(routes) as RouteDefinition[]).find(
    (route) =>
      route.method === wanted && new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
  );
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.notEqual(response.headers.get('x-request-id'), null);
  if (type === 'application/problem+json') {
    const problem = problemSchema.parse(await response.clone().json());
    assert.equal(problem.status, response.status);
    return;
  }
  if (found === undefined) return;
  const reply = found.replies[response.status];
  assert(reply !== undefined, `${method} ${found.path} does not declare ${response.status}`);
  if (method === 'HEAD' || response.body === null) return;
  const schema = reply.content?.[type] ?? reply.content?.['*/*'] ?? reply.content?.['text/plain'];
  assert(schema !== undefined || reply.content === undefined, `${found.path} does not declare ${type}`);
  if (schema instanceof z.ZodType) schema.parse(await response.clone().json());
}

/** The JSON of an answer, which `call` has checked already. */
export async function bodyOf<Body>(response: Response): Promise<Body> {
  return (await response.json()) as Body;
}
