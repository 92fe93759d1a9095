export * from './handlers/generate-picture.ts';
export * from './module.ts';
