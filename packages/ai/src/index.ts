export type { ClosableProvider } from './closable-provider.ts';
export type { AdaptiveTimeout } from './gemini/adaptive-timeout.ts';
export * from './gemini/gemini-provider.ts';
export * from './generation-provider-factory.ts';
export * from './guarded/generation-service.ts';
export * from './offline/measure-line-art.ts';
export * from './offline/offline-provider.ts';
