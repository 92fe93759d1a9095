import { type Log, silentLog } from '@pressroom/domain';
import { composeServices } from './compose-services.ts';
import { withTimeout } from './deadline.ts';
import { ResourceScope } from './resource-scope.ts';
import type { Service } from './service.ts';
import { reportEnd, reportStartFailure } from './start-failure.ts';

export interface MainSettings {
  readonly log?: Log | undefined;
  /** How long running work may go on after the first signal, in milliseconds. 25,000 when absent. */
  readonly graceMs?: number | undefined;
  /** What releasing the resources may take after that, in milliseconds. 5,000 when absent. */
  readonly releaseMs?: number | undefined;
}

export interface MainContext {
  /** Aborts as soon as the process is asked to end, also while it still starts. */
  readonly signal: AbortSignal;
  /** For what is known only once the settings are read. */
  configure(settings: MainSettings): void;
  /** For a part that broke for good while it ran: logs it, says so on standard error, stops everything, exits 1. */
  fail(error: unknown): void;
}

export type BuildMain = (scope: ResourceScope, context: MainContext) => Promise<Service | readonly Service[]>;

/** 128 + the number of the signal, as shells report a process that one ended. */
const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The life of a process: build, start, wait for the end, stop the services within the grace, release the resources last in,
 * first out, exit.
 *
 * Exit codes: 0 after SIGTERM or SIGINT and a clean stop; 1 when something broke, could not start, or did not stop in
 * time; 130 or 143 at once on a second signal.
 */
export async function runMain(name: string, build: BuildMain, settings: MainSettings = {}): Promise<void> {
  const main = new Main(name, settings);
  process.exit(await main.run(build));
}

class Main {
  readonly #name: string;
  readonly #scope: ResourceScope;
  readonly #ending = new AbortController();
  #log: Log = silentLog;
  #graceMs = 25_000;
  #releaseMs = 5_000;
  #service: Service | undefined;
  #exitCode = 0;

  constructor(name: string, settings: MainSettings) {
    this.#name = name;
    this.#scope = new ResourceScope(name);
    this.#configure(settings);
  }

  async run(build: BuildMain): Promise<number> {
    this.#listen();
    const start = this.#start(build);
    const started = start.then(
      () => {
        if (!this.#ending.signal.aborted) this.#log.info({}, `${this.#name} is up`);
      },
      (error: unknown) => this.#refuseStart(error),
    );
    await this.#ended();
    await this.#within(this.#graceMs, 'stopping the services', async () => {
      await this.#service?.stop(String(this.#ending.signal.reason));
      await started;
      // A signal may come while build() runs: what it made in the meantime was never started, and is stopped all the same.
      await this.#service?.stop(String(this.#ending.signal.reason));
    });
    await this.#within(this.#releaseMs, 'releasing the resources', () => this.#scope.close());
    this.#log.info({ exitCode: this.#exitCode }, `${this.#name} has stopped`);
    return this.#exitCode;
  }

  async #start(build: BuildMain): Promise<void> {
    const built = await build(this.#scope, {
      signal: this.#ending.signal,
      configure: (settings) => this.#configure(settings),
      fail: (error) => {
        reportEnd(this.#name, error);
        this.#break(error, 'A part broke');
      },
    });
    this.#service = composeServices(this.#name, [built].flat());
    if (!this.#ending.signal.aborted) await this.#service.start();
  }

  #configure(settings: MainSettings): void {
    this.#log = settings.log ?? this.#log;
    this.#graceMs = settings.graceMs ?? this.#graceMs;
    this.#releaseMs = settings.releaseMs ?? this.#releaseMs;
  }

  #listen(): void {
    for (const [signal, code] of Object.entries(signalExitCodes)) {
      process.on(signal, () => {
        if (this.#ending.signal.aborted) process.exit(code);
        this.#log.info({ signal }, `${this.#name} was asked to stop`);
        this.#ending.abort(signal);
      });
    }
    process.on('uncaughtException', (error) => this.#break(error, 'An exception was not caught'));
    process.on('unhandledRejection', (reason) => this.#break(reason, 'A rejection was not handled'));
  }

  #ended(): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ending.signal.addEventListener('abort', () => resolve(), { once: true });
      keepAliveUntil(this.#ending.signal);
    });
  }

  /** A break on the way out still counts, but it does not start the way out again. */
  #break(error: unknown, what: string): void {
    this.#exitCode = 1;
    this.#log.error({ err: error }, `${what}; ${this.#name} stops`);
    this.#ending.abort(what);
  }

  #refuseStart(error: unknown): void {
    // What a start breaks off with because it was asked to is no failure.
    if (this.#ending.signal.aborted) return;
    this.#exitCode = 1;
    reportStartFailure(this.#name, error, this.#log);
    this.#ending.abort('it could not start');
  }

  async #within(ms: number, what: string, work: () => Promise<void>): Promise<void> {
    try {
      await withTimeout(work, { ms, what });
    } catch (error) {
      this.#exitCode = 1;
      this.#log.error({ err: error }, `${this.#name}: ${what} failed`);
    }
  }
}

/** A process whose services hold no handle of their own still runs until it is told to end. */
function keepAliveUntil(signal: AbortSignal): void {
  const timer = setInterval(() => {}, 2 ** 30);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
