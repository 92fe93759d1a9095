import { createPageRenderer, type PageRenderer, type PageRendererOptions } from '../pages/page-renderer.ts';
import type { BookContent, BookSummary } from './book-content.ts';

/** Sets booklets. Errors thrown: `unsupported-script`, `image-corrupt`, `render-failed`. */
export type PictureBookRenderer = PageRenderer<BookContent, BookSummary>;

export function createPictureBookRenderer(options: PageRendererOptions): PictureBookRenderer {
  return createPageRenderer(new URL('./picture-book-thread.js', import.meta.url), options);
}
