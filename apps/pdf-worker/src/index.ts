export * from './handlers/render-picture-book.ts';
export * from './module.ts';
export * from './services/picture-book/book-content.ts';
export * from './services/picture-book/check-printable.ts';
export * from './services/picture-book/picture-book-renderer.ts';
