import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OutputFormat } from '@pressroom/domain';
import { PressroomConnectionError } from './api-error.ts';
import { type Answer, type Call, connectionError, type Transport } from './transport.ts';

export interface Download {
  readonly bytes: number;
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** The PDF when absent. */
  readonly format?: OutputFormat | undefined;
}

/**
 * Saves the document at a path of the API. A file at the path is replaced only by a whole document; a stream gets the bytes as they come, once.
 *
 * @throws PressroomApiError (`output-not-ready` before the job has succeeded), PressroomConnectionError
 */
export async function downloadTo(
  transport: Transport,
  path: string,
  to: string | Writable,
  { signal }: Pick<DownloadOptions, 'signal'>,
): Promise<Download> {
  const call: Call = { method: 'GET', path, signal };
  if (typeof to !== 'string') return await save(await transport.send(call), to, call);
  await mkdir(dirname(to), { recursive: true });
  const part = `${to}.part`;
  try {
    const saved = await transport.sendRepeatedly(call, (answer) =>
      save(answer, createWriteStream(part), call),
    );
    await rename(part, to);
    return saved;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function save(answer: Answer, to: Writable, call: Call): Promise<Download> {
  const hash = createHash('sha256');
  let bytes = 0;
  let lost: unknown;
  answer.body.once('error', (error) => {
    lost = error;
  });
  const measure = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(answer.body, measure, to);
  } catch (error) {
    // Trouble with the target is the caller's own to see; only the server's side is ours to name.
    if (lost === undefined) throw error;
    throw connectionError(error, call, 'The download was cut');
  }
  const sha256 = hash.digest('hex');
  const etag = answer.headers['etag'];
  if (typeof etag === 'string' && etag !== `"${sha256}"`) {
    throw new PressroomConnectionError('The document arrived altered', undefined);
  }
  return { bytes, sha256 };
}
