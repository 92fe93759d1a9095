import { answerTask, type PageAnswer, type PageTask } from '../pages/page-thread.ts';
import type { BookContent, BookSummary } from './book-content.ts';
import { renderBook } from './render-book.ts';

/** What a thread of the pool runs. */
export default function setBook(task: PageTask<BookContent>): Promise<PageAnswer<BookSummary>> {
  return answerTask(task, renderBook);
}
