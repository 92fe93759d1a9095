// Runs as a process of its own: a path in, one line of JSON for each thing found out. Libraries that read documents can be made to
// take any amount of time and memory, and cannot be interrupted; a process can be killed.
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { DocumentFormat } from '@pressroom/domain';
import { isPressroomError } from '@pressroom/domain/errors';
import type { DocumentLimits } from '../document-limits.ts';
import { documentProblem } from '../document-problem.ts';
import { boundedBlocks } from './bounded-blocks.ts';
import { readers } from './readers.ts';

/** Watches from a thread of its own, since the main one may be busy for as long as a hostile file likes. */
const watchman = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.memoryUsage.rss() > workerData) process.kill(process.pid, 'SIGKILL');
  }, 20);
`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { path, format, limits } = JSON.parse(process.argv[2] ?? '') as {
    path: string;
    format: DocumentFormat;
    limits: DocumentLimits;
  };
  new Worker(watchman, { eval: true, workerData: limits.maxResidentBytes }).unref();
  // A library may also fail where nobody waits for it. That is a damaged document as well, and not one that takes too much memory,
  // which is what a process that just ends is taken for.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      process.stdout.write(`${JSON.stringify(crashOf(error))}\n`, () => process.exit(1));
    });
  }
  try {
    const read = await readers[format]();
    let characters = 0;
    for await (const found of read(path, limits)) {
      if (found.type === 'facts') {
        await write(found);
        continue;
      }
      characters += found.block.text.length;
      if (characters > limits.maxCharacters) {
        throw documentProblem(
          'document-too-large',
          `The document has more than ${limits.maxCharacters} characters of text`,
        );
      }
      for (const block of boundedBlocks(found.block)) await write({ type: 'block', block });
    }
    await write({ type: 'end' });
  } catch (error) {
    await write(
      isPressroomError(error) ? { type: 'error', code: error.code, message: error.message } : crashOf(error),
    );
  }
  // The watchman's timer alone holds nothing up, but a library may have left something that does.
  await new Promise<void>((resolve) => process.stdout.end(resolve));
  process.exit(0);
}

function crashOf(error: unknown): object {
  return { type: 'crash', message: String((error as Error | undefined)?.stack ?? error).slice(0, 4_000) };
}

async function write(found: object): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(found)}\n`)) await once(process.stdout, 'drain');
}
