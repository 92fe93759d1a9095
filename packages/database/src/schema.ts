/** Every table. Status values and their allowed moves come from `@pressroom/domain`; the checks keep SQL true to them. */
export * from './schema/accounts.ts';
export * from './schema/assets.ts';
export * from './schema/billing.ts';
export * from './schema/dispatch.ts';
export * from './schema/documents.ts';
export * from './schema/jobs.ts';
export * from './schema/ledger.ts';
export * from './schema/operations.ts';
export * from './schema/plans.ts';
export * from './schema/providers.ts';
