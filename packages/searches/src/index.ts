export * from './canonical-url.ts';
export * from './plain-text.ts';
export * from './search-adapter.ts';
export * from './search-catalog.ts';
export * from './search-port.ts';
