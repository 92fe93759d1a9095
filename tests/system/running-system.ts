/** The whole system as users run it: each app its own process, on either backend, driven over HTTP by the typed client. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createPressroomClient, type PressroomClient } from '@pressroom/client';
import { migrateDatabase } from '@pressroom/database';
import type { Job, WireJobEvent } from '@pressroom/domain';
import {
  createTestDatabase,
  createTestRedis,
  repositoryRoot,
  type StartedProcess,
  startProcess,
  temporaryFolder,
} from '@pressroom/testing';

export const backends = ['redis', 'postgres'] as const;
export type BackendName = (typeof backends)[number];
export const workerApps = ['ingest-worker', 'generate-worker', 'pdf-worker'] as const;
export type AppName = 'api' | (typeof workerApps)[number] | 'maintenance-worker';

export interface RunningSystem {
  readonly url: string;
  readonly client: PressroomClient;
  readonly operatorToken: string;
  readonly databaseUrl: string;
  /** Absent on PostgreSQL. */
  readonly redisUrl: string | undefined;
  readonly processes: ReadonlyMap<AppName, StartedProcess>;
  /** One more process of an app; replaces the one that `processes` names. */
  start(app: AppName): Promise<StartedProcess>;
  /** A request as operator. */
  operator(path: string, init?: { readonly method: string; readonly body?: string }): Promise<Response>;
  /** Uploads the files and submits them as one book. */
  submitBook(paths: readonly string[], options?: BookOptions): Promise<Job>;
  /** The first event that matches, of those that come and those that came. */
  event(jobId: string, matches: (event: WireJobEvent) => boolean): Promise<WireJobEvent>;
  close(): Promise<void>;
}

export interface BookOptions {
  readonly onItemFailure?: 'fail' | 'skip';
  readonly style?: 'colouring-page' | 'pencil-sketch' | 'poster';
  readonly title?: string;
}

/** Short where the defaults are made for machines that are far apart. */
const quickSettings = {
  PRESSROOM_QUEUE_LOCK_MS: '2000',
  PRESSROOM_QUEUE_STALLED_INTERVAL_MS: '1000',
  PRESSROOM_QUEUE_BACKOFF_BASE_MS: '100',
  PRESSROOM_REQUESTS_PER_MINUTE: '100000',
};

export async function startSystem(
  backend: BackendName,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningSystem> {
  const database = await createTestDatabase({ template: { name: 'system', prepare: migrateDatabase } });
  const redis = backend === 'redis' ? await createTestRedis() : undefined;
  const data = await temporaryFolder();
  const operatorToken = randomBytes(16).toString('hex');
  let port = 0;
  const environment = (): Record<string, string> => ({
    DATABASE_URL: database.url,
    DATABASE_DIRECT_URL: database.directUrl,
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    PRESSROOM_DATA_FOLDER: data.path,
    PRESSROOM_OPERATOR_TOKEN: operatorToken,
    PRESSROOM_PORT: String(port),
    ...quickSettings,
    ...settings,
  });
  const processes = new Map<AppName, StartedProcess>();

  async function start(app: AppName): Promise<StartedProcess> {
    const started = await startProcess({
      command: process.execPath,
      args: ['--enable-source-maps', join(repositoryRoot(), 'apps', app, 'dist/src/main.js')],
      env: environment(),
    });
    processes.set(app, started);
    await started.waitForLine(new RegExp(`"msg":"${app} is up"`));
    return started;
  }

  const api = await start('api');
  // A restarted API comes back where its clients look for it.
  port = Number(/"port":(\d+)/.exec(api.lines.find((line) => line.includes('The API listens')) ?? '')?.[1]);
  await Promise.all([...workerApps, 'maintenance-worker' as const].map((app) => start(app)));
  const url = `http://127.0.0.1:${port}`;

  const operator: RunningSystem['operator'] = (path, init = { method: 'GET' }) =>
    fetch(new URL(path, url), {
      ...init,
      headers: {
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        authorization: `Bearer ${operatorToken}`,
      },
    });
  const client = createPressroomClient({ baseUrl: url, apiKey: await openAccount(operator) });

  return {
    url,
    client,
    operatorToken,
    databaseUrl: database.directUrl,
    redisUrl: redis?.url,
    processes,
    start,
    operator,
    submitBook: async (
      paths,
      { onItemFailure = 'fail', style = 'colouring-page', title = 'A book' } = {},
    ) => {
      const photos: { assetId: string }[] = [];
      for (const path of paths) photos.push({ assetId: (await client.uploadAsset(path)).id });
      return await client.submitJob({ kind: 'picture-book', onItemFailure, input: { photos, style, title } });
    },
    event: async (jobId, matches) => {
      for await (const event of client.jobEvents(jobId)) if (matches(event)) return event;
      throw new Error(`Job ${jobId} settled without the event`);
    },
    close: async () => {
      await client.close();
      await Promise.all([...processes.values()].map((each) => each.stop(30_000)));
      await database.drop();
      await redis?.drop();
      await data.remove();
    },
  };
}

async function openAccount(operator: RunningSystem['operator']): Promise<string> {
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await operator(path, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const account = await post('/api/admin/accounts', { name: 'test', credits: 1_000 });
  const key = await post(`/api/admin/accounts/${String(account['id'])}/keys`, {
    name: 'test',
    scopes: ['assets', 'jobs', 'account'],
  });
  return String(key['key']);
}
