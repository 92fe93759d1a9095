import { documentReport } from './document-report.ts';
import { pictureBook } from './picture-book.ts';

/** Every job kind. A new kind is one recipe file, its handlers, and one line here. */
export const recipes = {
  'picture-book': pictureBook,
  'document-report': documentReport,
} as const;

export type JobKind = keyof typeof recipes;
export const jobKinds = Object.keys(recipes) as readonly JobKind[];
