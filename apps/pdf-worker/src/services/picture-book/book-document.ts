import type { PageDocument } from '../pages/page-document.ts';
import type { BookContent } from './book-content.ts';

/** A picture book in the making. */
export type BookDocument = PageDocument<BookContent>;
