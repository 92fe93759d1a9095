import type { MessagePort } from 'node:worker_threads';
import { type ErrorRecord, isPressroomError, toErrorRecord } from '@pressroom/domain';
import type { BookContent, BookSummary } from './book-content.ts';
import { renderBook } from './render-book.ts';

export interface BookTask {
  readonly content: BookContent;
  readonly outputPath: string;
  /** Receives a `PageProgress` for each page. */
  readonly port: MessagePort;
}

export interface PageProgress {
  readonly done: number;
  readonly total: number;
}

/** An error class does not survive the way between threads, so an expected failure comes back as data. */
export type BookAnswer =
  | { readonly summary: BookSummary }
  | { readonly failure: ErrorRecord; readonly stack: string | undefined };

/** What a thread of the pool runs. Anything that is no PressroomError is thrown as it is. */
export default async function setBook({ content, outputPath, port }: BookTask): Promise<BookAnswer> {
  try {
    const summary = await renderBook(content, outputPath, (done, total) => {
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
