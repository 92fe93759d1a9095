/** Ingests files by the real handlers in a process of its own, and sees what becomes of the process meanwhile. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProcessTreePeaks, watchProcessTree } from '@pressroom/testing';
import {
  type StandAnswer,
  type StandCase,
  type StandHoldings,
  type StandReply,
  type StandRequest,
  standReaderBytes,
} from './stand-messages.ts';

export interface StandOutcome extends Omit<StandAnswer, 'ended'> {
  readonly ended: StandAnswer['ended'] | 'crashed' | 'hung';
  readonly milliseconds: number;
  readonly peaks: ProcessTreePeaks;
}

export interface IngestStand {
  /** Never rejects for what the file does. After a crash or a hang the next case gets a new process. */
  ingest(given: StandCase): Promise<StandOutcome>;
  /** Of the process that ran the last case; undefined when none is up. */
  holdings(): Promise<StandHoldings | undefined>;
  close(): Promise<void>;
}

export interface StandOptions {
  /** Migrated; of this stand alone. */
  readonly databaseUrl: string;
  /** Of this stand alone. */
  readonly folder: string;
  /** How much longer than its own time limit a case may take on the whole before it counts as hung. */
  readonly patienceMs?: number;
}

const script = fileURLToPath(new URL('./stand-process.js', import.meta.url));
/**
 * What the handlers' own process may come to, and what it starts: the reader of a document has its limit, and what it grows by
 * between two looks of its guard; a picture is drawn within 768 MiB.
 */
const limits = {
  root: 700 * 1024 ** 2,
  descendant: { document: standReaderBytes * 1.5, picture: 768 * 1024 ** 2 },
};

export async function openIngestStand(options: StandOptions): Promise<IngestStand> {
  const { databaseUrl, folder, patienceMs = 60_000 } = options;
  const scratch = join(folder, 'scratch');
  await mkdir(scratch, { recursive: true });
  let current: StandProcess | undefined;
  const running = async (): Promise<StandProcess> =>
    (current ??= await StandProcess.start([databaseUrl, join(folder, 'store'), scratch], scratch));
  return {
    ingest: async (given) => {
      const stand = await running();
      const watch = watchProcessTree(stand.pid);
      const begun = performance.now();
      const reply = await stand.ask({ ask: 'ingest', given }, given.timeoutSeconds * 1_000 + patienceMs);
      const milliseconds = Math.round(performance.now() - begun);
      await watch.stop();
      const peaks = watch.take();
      const measured = { milliseconds, peaks };
      if ('reply' in reply && reply.reply === 'ingested') {
        const { answer } = reply;
        return { ...answer, ...measured, violations: [...answer.violations, ...excess(peaks, given.sort)] };
      }
      await stand.kill();
      current = undefined;
      const ended = 'hung' in reply ? 'hung' : 'crashed';
      return { ended, ...measured, violations: [`The process has ${ended}: ${stand.lastWords}`] };
    },
    holdings: async () => {
      const reply = await current?.ask({ ask: 'holdings' }, patienceMs);
      return reply !== undefined && 'reply' in reply && reply.reply === 'holdings'
        ? reply.holdings
        : undefined;
    },
    close: async () => {
      await current?.kill();
      current = undefined;
    },
  };
}

function excess({ root, descendant }: ProcessTreePeaks, sort: StandCase['sort']): string[] {
  const told = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;
  return [
    ...(root > limits.root ? [`The handler's process came to ${told(root)}`] : []),
    ...(descendant > limits.descendant[sort]
      ? [`A process that it started came to ${told(descendant)}`]
      : []),
  ];
}

type Heard = StandReply | { readonly exited: true } | { readonly hung: true };

class StandProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<{ readonly exited: true }>;
  #said = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (text: Buffer) => {
      this.#said = (this.#said + text.toString()).slice(-8_000);
    });
    this.#exited = new Promise((resolve) => child.once('exit', () => resolve({ exited: true })));
  }

  static async start(args: readonly string[], scratch: string): Promise<StandProcess> {
    const child = fork(script, args, {
      execArgv: ['--expose-gc', '--enable-source-maps', '--no-warnings'],
      env: { ...process.env, TMPDIR: scratch },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const started = new StandProcess(child);
    const heard = await started.#next(60_000);
    if (!('reply' in heard)) throw new Error(`The stand does not come up: ${started.lastWords}`);
    return started;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get lastWords(): string {
    return this.#said.trim();
  }

  async ask(request: StandRequest, limitMs: number): Promise<Heard> {
    const heard = this.#next(limitMs);
    if (this.#child.connected) this.#child.send(request);
    return await heard;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #next(limitMs: number): Promise<Heard> {
    let listener: ((reply: StandReply) => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        new Promise<StandReply>((resolve) => {
          listener = resolve;
          this.#child.once('message', listener);
        }),
        new Promise<{ readonly hung: true }>((resolve) => {
          timer = setTimeout(() => resolve({ hung: true }), limitMs);
        }),
        this.#exited,
      ]);
    } finally {
      clearTimeout(timer);
      if (listener !== undefined) this.#child.off('message', listener);
    }
  }
}
