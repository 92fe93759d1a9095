import type { HostileDocument } from './hostile-document.ts';
import { hostileDocx } from './hostile-docx.ts';
import { hostileMarkup } from './hostile-markup.ts';
import { hostilePdf } from './hostile-pdf.ts';
import { hostileText } from './hostile-text.ts';

/** The project's own family of hostile documents: each a trick of its own. */
export const hostileDocuments: readonly HostileDocument[] = [
  ...hostileDocx,
  ...hostilePdf,
  ...hostileMarkup,
  ...hostileText,
];
