import type { MessagePort } from 'node:worker_threads';
import { type ErrorRecord, isPressroomError, toErrorRecord } from '@pressroom/domain';

export interface PageTask<Content> {
  readonly content: Content;
  readonly outputPath: string;
  /** Receives a `PageProgress` for each page. */
  readonly port: MessagePort;
}

export interface PageProgress {
  readonly done: number;
  readonly total: number;
}

/** An error class does not survive the way between threads, so an expected failure comes back as data. */
export type PageAnswer<Summary> =
  | { readonly summary: Summary }
  | { readonly failure: ErrorRecord; readonly stack: string | undefined };

/** Sets one document on a thread of a pool. Anything that is no PressroomError is thrown as it is. */
export async function answerTask<Content, Summary>(
  { content, outputPath, port }: PageTask<Content>,
  set: (
    content: Content,
    outputPath: string,
    onPage: (done: number, total: number) => void,
  ) => Promise<Summary>,
): Promise<PageAnswer<Summary>> {
  try {
    const summary = await set(content, outputPath, (done, total) => {
      port.postMessage({ done, total } satisfies PageProgress);
    });
    return { summary };
  } catch (error) {
    if (!isPressroomError(error)) throw error;
    return { failure: toErrorRecord(error), stack: error.stack };
  } finally {
    port.close();
  }
}
