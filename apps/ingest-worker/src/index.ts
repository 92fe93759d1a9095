export * from './handlers/ingest-document.ts';
export * from './handlers/ingest-image.ts';
export * from './module.ts';
export * from './services/images/configure-sharp.ts';
export { createHeicDecoder, type HeicDecoder } from './services/images/heic/heic-decoder.ts';
export type { StoredOriginal } from './services/images/original-bytes.ts';
