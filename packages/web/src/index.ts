export * from './fetch-url.ts';
export * from './public-address.ts';
export * from './robots-permit.ts';
export * from './verify-link.ts';
