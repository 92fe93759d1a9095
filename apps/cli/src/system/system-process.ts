import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseLogLine, renderLogLine } from '../progress/render-log-line.ts';

export interface SystemProcessOptions {
  readonly name: string;
  /** The app's compiled main file. */
  readonly script: string;
  readonly nodeArguments?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Everything that the process prints goes there. */
  readonly logFile?: string;
  /** Lines also go to this terminal, made readable, each with the name in front. */
  readonly echo?: boolean;
}

export interface SystemProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the fields of the log line `<name> is up`; rejects with the last lines when the process ends before. */
  readonly up: Promise<void>;
  /** Of the line that tells where the process listens; set before `up` resolves, for those that listen. */
  url(): string | undefined;
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL when that has not helped within the limit. */
  stop(limitMs?: number): Promise<void>;
}

const keptLines = 20;

/** One process of the system as a child that logs JSON lines. */
export function startSystemProcess(options: SystemProcessOptions): SystemProcess {
  const child: ChildProcess = spawn(process.execPath, [...(options.nodeArguments ?? []), options.script], {
    env: { ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Apart from the terminal's process group: a Ctrl-C comes to the parent, which stops its children in order.
    detached: true,
  });
  const file = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: 'a' });
  const tail: string[] = [];
  let url: string | undefined;
  let isUp: () => void = () => {};
  let isDown: (error: Error) => void = () => {};
  const up = new Promise<void>((resolve, reject) => {
    isUp = resolve;
    isDown = reject;
  });
  up.catch(() => {});

  const onLine = (line: string): void => {
    tail.push(line);
    if (tail.length > keptLines) tail.shift();
    file?.write(`${line}\n`);
    if (options.echo) {
      process.stdout.write(`${renderLogLine(options.name, line, process.stdout.isTTY === true)}\n`);
    }
    const fields = parseLogLine(line) ?? {};
    if (fields['msg'] === 'The API listens')
      url = `http://${String(fields['host'])}:${String(fields['port'])}`;
    if (fields['msg'] === `${options.name} is up`) isUp();
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', onLine);
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      isDown(
        new Error(
          `${options.name} ended with exit code ${code ?? 'none'}. Its last lines:\n${tail.join('\n')}`,
        ),
      );
      file?.end();
      resolve(code);
    });
    child.once('error', (error) => {
      isDown(error);
      resolve(null);
    });
  });
  return {
    name: options.name,
    pid: child.pid ?? 0,
    up,
    url: () => url,
    exited,
    stop: async (limitMs = 30_000) => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => killGroup(child), limitMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** With what it started itself: `node --watch` is only the parent of the program. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
