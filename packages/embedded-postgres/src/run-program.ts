import { spawn } from 'node:child_process';
import type { ServerUser } from './server-user.ts';

export interface ProgramResult {
  /** Undefined when it was ended by a signal or did not start. */
  readonly exitCode: number | undefined;
  /** Standard output and standard error, interleaved. */
  readonly output: string;
  readonly timedOut: boolean;
}

export interface ProgramOptions {
  /** A folder that `user` can reach: the parent's own working directory may be closed to it. */
  readonly cwd: string;
  readonly user: ServerUser | undefined;
  readonly timeoutMs: number;
}

/** Runs one of PostgreSQL's programs to its end. Never rejects: a program that cannot be started is a result like any other. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...options.user,
    });
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs);
    const finish = (exitCode: number | undefined) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ exitCode, output: output.trim(), timedOut });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', (error) => {
      output += error.message;
      finish(undefined);
    });
    child.once('close', (code) => finish(code ?? undefined));
    // On Windows a started server inherits the pipes and `close` never comes.
    child.once('exit', (code) => setTimeout(finish, 1_000, code ?? undefined).unref());
  });
}

/** The person's own `PGDATA`, `PGPORT`, … are about some other server; the rest (PATH, SystemRoot) the programs may need. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
