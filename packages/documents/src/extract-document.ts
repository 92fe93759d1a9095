import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type DocumentFormat, limitSignal } from '@pressroom/domain';
import type { Extracted } from './document-block.ts';
import type { DocumentLimits } from './document-limits.ts';
import { type DocumentErrorCode, documentProblem } from './document-problem.ts';

const script = fileURLToPath(new URL('./extract/extract-document-process.js', import.meta.url));

type Message =
  | Extracted
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly code: DocumentErrorCode; readonly message: string }
  | { readonly type: 'crash'; readonly message: string };

/**
 * Reads a document in a process that is killed on abort, after `limits.timeoutSeconds` and those for its size, or above
 * `limits.maxResidentBytes`, and gives what it finds as it is found. Stopping to read ends the process.
 *
 * Errors thrown: `document-encrypted`, `document-without-text`, `document-corrupt`, `document-too-large`, `document-too-complex`,
 * `unsupported-type`; an abort throws the signal's reason.
 */
export async function* extractDocument(
  path: string,
  format: DocumentFormat,
  limits: DocumentLimits,
  signal: AbortSignal,
): AsyncGenerator<Extracted> {
  const seconds = limits.timeoutSeconds + ((await stat(path)).size / 1e6) * limits.secondsPerMegabyte;
  signal.throwIfAborted();
  const limited = limitSignal(signal, seconds * 1_000);
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${Math.floor((limits.maxResidentBytes * 0.75) / 1_048_576)}`,
      '--no-warnings',
      script,
      JSON.stringify({ path, format, limits }),
    ],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {},
      signal: limited.signal,
      killSignal: 'SIGKILL',
    },
  );
  const ended = new Promise<{ code: number | null; failure?: unknown }>((resolve) => {
    child.once('error', (failure) => resolve({ code: null, failure }));
    child.once('close', (code) => resolve({ code }));
  });
  let finished = false;
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      const message = parsed(line);
      if (message === undefined) break;
      if (message.type === 'error') throw documentProblem(message.code, message.message);
      if (message.type === 'crash') {
        throw documentProblem(
          'document-corrupt',
          'The document is damaged: it cannot be read',
          new Error(message.message),
        );
      }
      if (message.type === 'end') {
        finished = true;
        break;
      }
      yield message;
    }
  } finally {
    child.kill('SIGKILL');
    await ended;
    limited.release();
  }
  if (finished) return;
  signal.throwIfAborted();
  const { code, failure } = await ended;
  if (limited.timedOut) {
    throw documentProblem(
      'document-too-complex',
      `The document takes longer than ${Math.ceil(seconds)} seconds to read`,
    );
  }
  if (failure !== undefined)
    throw documentProblem('internal', 'The reading process could not be started', failure);
  throw documentProblem(
    'document-too-complex',
    'The document needs too much memory to read',
    new Error(`the reading process ended with ${code}`),
  );
}

/** The last line of a killed process may be half a line. */
function parsed(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
