/** The servers that a stand's system is given: the record's, the queue's, and the provider's stand-in. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GeminiStandIn, startGeminiStandIn } from '@pressroom/ai/gemini-stand-in';
import { migrateDatabase } from '@pressroom/database';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '@pressroom/embedded-postgres';
import type { ResourceScope } from '@pressroom/runtime';
import { eventually, type RedisServer, startRedis, temporaryFolder } from '@pressroom/testing';
import { withClient } from './settled-job.ts';

const apiKey = 'stand-in-key-of-the-stand';
const model = 'picture-model';

export interface StandServers {
  /** Migrated. */
  readonly databaseUrl: string;
  readonly gemini: GeminiStandIn;
  /** What a process needs to call the stand-in; its address too, unless something stands between. */
  readonly geminiSettings: Readonly<Record<string, string>>;
  /** With an append-only file when `durable`; else it keeps nothing. */
  startRedis(options: { readonly durable: boolean }): Promise<RedisServer>;
  /** Stopped as its operator would, or killed as by a crash; back after so many milliseconds. */
  restartPostgres(how: 'stop' | 'kill', downMs: number): Promise<void>;
}

export async function openStandServers(scope: ResourceScope): Promise<StandServers> {
  const folder = await scope.use('folder', temporaryFolder, (opened) => opened.remove());
  const dataFolder = join(folder.path, 'postgres');
  let postgres: EmbeddedPostgres = await openEmbeddedPostgres({ dataFolder, durability: 'full' });
  scope.defer('PostgreSQL', () => postgres.stop());
  const databaseUrl = await postgres.createDatabase('pressroom');
  await migrateDatabase(databaseUrl);
  const gemini = await scope.use(
    'stand-in',
    () => startGeminiStandIn({ apiKey, models: [model] }),
    (opened) => opened.close(),
  );
  return {
    databaseUrl,
    gemini,
    geminiSettings: {
      GEMINI_API_KEY: apiKey,
      GEMINI_BASE_URL: gemini.url,
      GEMINI_PICTURE_MODEL: model,
    },
    startRedis: ({ durable }) =>
      scope.use(
        'Redis',
        () => startRedis({ dir: join(folder.path, 'redis'), ...(durable ? { appendonly: true } : {}) }),
        (opened) => opened.stop(),
      ),
    restartPostgres: async (how, downMs) => {
      const { port, folder: data } = postgres;
      if (how === 'kill') {
        const [pid] = (await readFile(join(data, 'data', 'postmaster.pid'), 'utf8')).split('\n');
        process.kill(Number(pid), 'SIGKILL');
      } else {
        await postgres.stop();
      }
      await new Promise((resolve) => setTimeout(resolve, downMs));
      await postgres.stop();
      // On a machine that is busy with the faults it may take longer to answer than a start is given.
      await eventually(
        async () => {
          postgres = await openEmbeddedPostgres({ dataFolder, durability: 'full', port });
        },
        { deadlineMs: 120_000, what: 'PostgreSQL to come back' },
      );
      await eventually(() => withClient(databaseUrl, (client) => client.query('select 1')));
    },
  };
}
