/**
 * The whole system as separate processes under a supervisor, which starts again whatever ends, as an orchestrator would. Given
 * its servers, so that a fault may stand between.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPressroomClient, type PressroomClient } from '@pressroom/client';
import type { FaultPoint } from '@pressroom/domain';
import {
  eventually,
  freePort,
  type ProcessExit,
  repositoryRoot,
  type Signal,
  type StartedProcess,
  signal,
  startProcess,
  temporaryFolder,
} from '@pressroom/testing';

export const workerApps = ['ingest-worker', 'generate-worker', 'pdf-worker'] as const;
export type AppName = 'api' | (typeof workerApps)[number] | 'maintenance-worker';

/** Where the process of that number finds its servers. */
export type Settings = (replica: number) => Readonly<Record<string, string>>;

export interface SupervisedOptions {
  /** Processes of each app. */
  readonly replicas: number | ((app: AppName) => number);
  /** Asked at every start. */
  readonly settings: Settings;
  /** `default`: the intervals and limits that users have; else short ones, made for one machine. */
  readonly pace?: 'quick' | 'default';
  /** The beginning of an app's command line, such as a program that limits what it starts. */
  readonly under?: (app: AppName) => readonly string[];
}

export interface Supervised {
  /** `generate-worker-1`. */
  readonly name: string;
  readonly app: AppName;
  /** The one that runs now, or ran last. */
  readonly process: StartedProcess;
  /** How often it was started. */
  readonly starts: number;
  /** How each of those ended that have. */
  readonly exits: readonly ProcessExit[];
  /** Asks it to end and does not start it again until `release`. */
  hold(signal?: NodeJS.Signals): Promise<void>;
  release(): void;
}

export interface SupervisedSystem {
  readonly processes: readonly Supervised[];
  /** Of each API. */
  readonly urls: readonly string[];
  readonly folder: string;
  readonly operatorToken: string;
  /** Has whoever comes to the point first do that, so many times in all; once when absent. */
  arm(point: FaultPoint, act: FaultAct, times?: number): Promise<void>;
  /** Has every process do that at the point until `disarm`. */
  armAlways(point: FaultPoint, act: FaultAct): Promise<void>;
  disarm(): Promise<void>;
  /** The process ids of those that came to the point. */
  struck(point: FaultPoint): Promise<readonly number[]>;
  /** A client of one account of its own. */
  openAccount(name: string, credits: number, url?: string): Promise<AccountOfRun>;
  /** Resolves when every process is up. */
  ready(deadlineMs?: number): Promise<void>;
  /** What all processes have written, since then or ever, in the order of time. */
  log(since?: Date): string;
  close(): Promise<void>;
}

export type FaultAct = 'crash' | 'fail' | 'hang' | 'stop' | 'no-space';

export interface AccountOfRun {
  readonly id: string;
  readonly apiKey: string;
  readonly client: PressroomClient;
}

/** Short where the defaults are made for machines that are far apart. */
const quickSettings = {
  PRESSROOM_QUEUE_LOCK_MS: '2000',
  PRESSROOM_QUEUE_STALLED_INTERVAL_MS: '1000',
  PRESSROOM_QUEUE_BACKOFF_BASE_MS: '100',
  PRESSROOM_DISPATCHER_SWEEP_INTERVAL_MS: '500',
  PRESSROOM_DISPATCHER_ENQUEUE_LEASE_MS: '2000',
  PRESSROOM_RECONCILE_INTERVAL_MS: '1000',
  PRESSROOM_SHUTDOWN_GRACE_MS: '8000',
};
const testSettings = { PRESSROOM_REQUESTS_PER_MINUTE: '1000000', PRESSROOM_LOG_FORMAT: 'json' };

export async function superviseSystem({
  replicas,
  settings,
  pace = 'quick',
  under = () => [],
}: SupervisedOptions): Promise<SupervisedSystem> {
  const data = await temporaryFolder();
  const faults = join(data.path, 'faults');
  await mkdir(faults);
  const operatorToken = randomBytes(16).toString('hex');
  let closing = false;

  async function supervise(app: AppName, replica: number): Promise<Supervised & { end(): Promise<void> }> {
    const port = app === 'api' ? await freePort() : undefined;
    let starts = 0;
    const exits: ProcessExit[] = [];
    let held: Signal<void> | undefined;
    const start = async (): Promise<StartedProcess> => {
      starts += 1;
      const main = join(repositoryRoot(), 'apps', app, 'dist/src/main.js');
      const [command, ...args] = [...under(app), process.execPath, '--enable-source-maps', main];
      return await startProcess({
        command,
        args,
        env: {
          PRESSROOM_DATA_FOLDER: join(data.path, 'data'),
          PRESSROOM_FAULTS_FOLDER: faults,
          PRESSROOM_OPERATOR_TOKEN: operatorToken,
          ...(port === undefined ? {} : { PRESSROOM_PORT: String(port) }),
          ...(pace === 'quick' ? quickSettings : {}),
          ...testSettings,
          ...settings(replica),
        },
      });
    };
    let running = await start();
    const watch = async (): Promise<void> => {
      while (!closing) {
        exits.push(await running.exited);
        past.push(...running.lines.map(named(`${app}-${replica}`)));
        await held?.promise;
        if (closing) return;
        running = await start();
      }
    };
    const watched = watch();
    return {
      name: `${app}-${replica}`,
      app,
      get process() {
        return running;
      },
      get starts() {
        return starts;
      },
      exits,
      hold: async (how = 'SIGTERM') => {
        held ??= signal();
        running.kill(how);
        await running.exited;
      },
      release: () => {
        held?.resolve();
        held = undefined;
      },
      end: async () => {
        held?.resolve();
        running.kill('SIGCONT');
        await running.stop(20_000);
        await watched;
      },
    };
  }

  const past: string[] = [];
  const processes: (Supervised & { end(): Promise<void> })[] = [];
  for (const app of ['api', ...workerApps, 'maintenance-worker'] as const) {
    const count = typeof replicas === 'number' ? replicas : replicas(app);
    for (let replica = 0; replica < count; replica += 1) processes.push(await supervise(app, replica));
  }
  const ready = async (deadlineMs = 180_000): Promise<void> => {
    for (const each of processes) {
      // A process that ends while it is waited for is started again, and the next one is waited for.
      await eventually(
        () =>
          each.process.running &&
          each.process.lines.some((line) => line.includes(`"msg":"${each.app} is up"`)),
        {
          deadlineMs,
          what: `${each.name} to be up`,
        },
      );
    }
  };
  await ready();
  const urls = processes
    .filter(({ app }) => app === 'api')
    .map(({ process: api }) => {
      const line = api.lines.find((each) => each.includes('The API listens')) ?? '';
      return `http://127.0.0.1:${/"port":(\d+)/.exec(line)?.[1]}`;
    });
  const [firstUrl = ''] = urls;

  async function operator(path: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(new URL(path, firstUrl), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operatorToken}` },
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }

  /** In one step: nobody finds it half written. */
  const lay = async (name: string, text: string): Promise<void> => {
    const draft = join(faults, `${name}.draft`);
    await writeFile(draft, text);
    await rename(draft, join(faults, name));
  };

  return {
    processes,
    urls,
    folder: join(data.path, 'data'),
    operatorToken,
    arm: (point, act, times = 1) => lay(point, `${act} ${times}`),
    armAlways: (point, act) => lay(`${point}.always`, act),
    disarm: async () => {
      for (const name of await readdir(faults)) await rm(join(faults, name), { force: true });
    },
    struck: async (point) => {
      const prefix = `${point}.struck-`;
      const names = (await readdir(faults)).filter((name) => name.startsWith(prefix));
      return names.map((name) => Number(name.slice(prefix.length)));
    },
    openAccount: async (name, credits, url = firstUrl) => {
      const account = await operator('/api/admin/accounts', { name, credits });
      const id = String(account['id']);
      const { key } = await operator(`/api/admin/accounts/${id}/keys`, {
        name,
        scopes: ['assets', 'jobs', 'account'],
      });
      const apiKey = String(key);
      return { id, apiKey, client: createPressroomClient({ baseUrl: url, apiKey }) };
    },
    ready,
    log: (since = new Date(0)) => {
      const from = since.toISOString();
      return [...past, ...processes.flatMap(({ name, process: each }) => each.lines.map(named(name)))]
        .map((line) => ({ line, time: /"time":"([^"]+)"/.exec(line)?.[1] ?? from }))
        .filter(({ time }) => time >= from)
        .sort((one, other) => (one.time < other.time ? -1 : Number(one.time > other.time)))
        .map(({ line }) => line)
        .join('\n');
    },
    close: async () => {
      closing = true;
      await Promise.all(processes.map((each) => each.end()));
      await data.remove();
    },
  };
}

function named(process: string): (line: string) => string {
  return (line) => `${process} ${line}`;
}
