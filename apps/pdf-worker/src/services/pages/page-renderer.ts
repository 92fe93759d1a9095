import { MessageChannel } from 'node:worker_threads';
import { linkSignals, PressroomError } from '@pressroom/domain';
import { Piscina } from 'piscina';
import type { PageAnswer, PageProgress, PageTask } from './page-thread.ts';

export interface PageRendererOptions {
  /** Documents that are set at the same time; each has a thread of its own. */
  readonly threads: number;
  /** JavaScript heap of one thread, in megabytes. Pictures are not in it. */
  readonly threadMemoryMb?: number;
}

export interface RenderOptions {
  /** Where the PDF is written; derived pictures go beside the given ones. */
  readonly outputPath: string;
  /** Ends the thread in the middle of whatever it does. */
  readonly signal: AbortSignal;
  readonly onPage: (done: number, total: number) => void;
}

export interface PageRenderer<Content, Summary> {
  /**
   * Sets a document on a thread.
   *
   * @throws `unsupported-script`, `image-corrupt`, `render-failed`; the signal's own reason after an abort.
   */
  render(content: Content, options: RenderOptions): Promise<Summary>;
  /** Ends all threads. Documents that are being set fail with `render-failed`. */
  close(): Promise<void>;
}

/** Opens the pool; threads start with the first document and end when there has been none for half a minute. */
export function createPageRenderer<Content, Summary>(
  thread: URL,
  options: PageRendererOptions,
): PageRenderer<Content, Summary> {
  const pool = new Piscina<PageTask<Content>, PageAnswer<Summary>>({
    filename: thread.href,
    minThreads: 0,
    maxThreads: options.threads,
    idleTimeout: 30_000,
    resourceLimits: { maxOldGenerationSizeMb: options.threadMemoryMb ?? 256 },
  });
  // A thread that dies before it took a book belongs to no call: without this, its error would end the process, and
  // the books that wait for it would wait for ever.
  const waiting = new Set<AbortController>();
  pool.on('error', (error: unknown) => {
    for (const book of waiting) book.abort(error);
  });
  return {
    render: async (content, renderOptions) => {
      const book = new AbortController();
      waiting.add(book);
      try {
        return await render(pool, content, renderOptions, book.signal);
      } finally {
        waiting.delete(book);
      }
    },
    close: () => pool.destroy(),
  };
}

async function render<Content, Summary>(
  pool: Piscina<PageTask<Content>, PageAnswer<Summary>>,
  content: Content,
  { outputPath, signal, onPage }: RenderOptions,
  threadFailure: AbortSignal,
): Promise<Summary> {
  signal.throwIfAborted();
  const { port1, port2 } = new MessageChannel();
  port1.on('message', ({ done, total }: PageProgress) => onPage(done, total));
  const either = linkSignals(signal, threadFailure);
  try {
    const task = { content, outputPath, port: port2 };
    const answer = await pool.run(task, {
      signal: either.signal,
      transferList: [port2],
    });
    if ('summary' in answer) return answer.summary;
    const { code, message, facts } = answer.failure;
    const cause = new Error(answer.stack ?? message);
    throw new PressroomError(code, message, facts === undefined ? { cause } : { cause, facts });
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof PressroomError) throw cause;
    throw new PressroomError('render-failed', 'The thread that sets the pages failed', { cause });
  } finally {
    port1.close();
    either.release();
  }
}
