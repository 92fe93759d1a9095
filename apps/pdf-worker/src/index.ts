export * from './handlers/render-picture-book.ts';
export * from './handlers/render-report.ts';
export * from './module.ts';
export * from './services/pages/check-printable.ts';
export * from './services/picture-book/book-content.ts';
export * from './services/picture-book/picture-book-renderer.ts';
export * from './services/report/report-content.ts';
export * from './services/report/report-renderer.ts';
