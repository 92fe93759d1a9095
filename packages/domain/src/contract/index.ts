export * from './account-contract.ts';
export * from './admin-contract.ts';
export * from './asset-contract.ts';
export * from './job-contract.ts';
export * from './job-event-contract.ts';
export * from './job-request-contract.ts';
export * from './problem-contract.ts';
export * from './shared-contract.ts';
