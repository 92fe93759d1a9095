import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { atTeardown } from '../run/teardown.ts';
import { withDeadline } from '../time/with-deadline.ts';
import { hermeticEnvironment } from './hermetic-environment.ts';

export interface ProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to a bare environment (PATH, HOME, …): the settings of whoever runs the tests stay out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartedProcess {
  readonly pid: number;
  /** All lines so far of both streams, in the order they came. */
  readonly lines: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly running: boolean;
  /** Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /**
   * The first line from `fromLine` (an index into `lines`, default 0) on that matches, past or future. Throws with the
   * latest output when the process ends without it or after `deadlineMs` milliseconds (default 30 000).
   */
  waitForLine(pattern: RegExp, deadlineMs?: number, fromLine?: number): Promise<RegExpExecArray>;
  /** Sends the signal to the process alone, as an orchestrator does. Default SIGTERM. */
  kill(signal?: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL to its whole group after `deadlineMs` (default 10 000). */
  stop(deadlineMs?: number): Promise<ProcessExit>;
}

/**
 * Starts a program in a process group of its own. What still runs when the test file is over is killed, with its group.
 * Throws when the program cannot be started.
 */
export async function startProcess(options: ProcessOptions): Promise<StartedProcess> {
  const child = spawn(options.command, options.args ?? [], {
    cwd: options.cwd,
    env: { ...hermeticEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  await once(child, 'spawn');
  const pid = child.pid as number;
  const lines: string[] = [];
  const text = { stdout: '', stderr: '' };
  const listeners = new Set<(line: string) => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    createInterface(child[name]).on('line', (line) => {
      text[name] += `${line}\n`;
      lines.push(line);
      for (const listener of listeners) listener(line);
    });
  }

  let running = true;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      running = false;
      forget();
      resolve({ code, signal });
    });
  });
  // Unlike `exit` this comes after the last line; only a surviving grandchild that holds the streams can keep it away.
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));

  const killGroup = () => {
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const forget = atTeardown(async () => {
    killGroup();
    await exited;
  });
  const latest = () => `${options.command} said:\n${lines.slice(-30).join('\n')}`;

  return {
    pid,
    lines,
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    get running() {
      return running;
    },
    exited,
    waitForLine: async (pattern, deadlineMs = 30_000, fromLine = 0) => {
      const past = lines.slice(fromLine).map((line) => pattern.exec(line));
      const found = past.find((match) => match !== null);
      if (found) return found;
      let listener: (line: string) => void = () => {};
      const matched = new Promise<RegExpExecArray>((resolve) => {
        listener = (line) => {
          const match = pattern.exec(line);
          if (match !== null) resolve(match);
        };
      });
      listeners.add(listener);
      const ended = closed.then(async () => {
        const { code, signal } = await exited;
        throw new Error(`Ended (${signal ?? code}) without a line like ${pattern}. ${latest()}`);
      });
      try {
        return await withDeadline(Promise.race([matched, ended]), deadlineMs, `a line like ${pattern}`);
      } catch (error) {
        if ((error as Error).name === 'DeadlineExceeded') (error as Error).message += `. ${latest()}`;
        throw error;
      } finally {
        listeners.delete(listener);
        ended.catch(() => {});
      }
    },
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    stop: async (deadlineMs = 10_000) => {
      child.kill('SIGTERM');
      try {
        return await withDeadline(exited, deadlineMs, 'the process to end');
      } catch {
        killGroup();
        return await exited;
      }
    },
  };
}
