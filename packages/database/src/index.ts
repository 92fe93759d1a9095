export * from './connection.ts';
export { isDatabaseLoss } from './database-loss.ts';
export * from './event-hints.ts';
export * from './migrate.ts';
export * from './operations/asset-finder.ts';
export * from './operations/cancel-job.ts';
export * from './operations/dispatch-store.ts';
export * from './operations/document-store.ts';
export * from './operations/explanation-facts.ts';
export * from './operations/lost-calls.ts';
export * from './operations/maintenance-runs.ts';
export * from './operations/moot-entries.ts';
export * from './operations/provider-call-store.ts';
export * from './operations/reconcile-store.ts';
export * from './operations/retention.ts';
export * from './operations/retry-job.ts';
export * from './operations/step-store.ts';
export * from './operations/submit-job.ts';
export * from './operations/usage-exports.ts';
export * from './repositories/accounts.ts';
export * from './repositories/api-keys.ts';
export * from './repositories/assets.ts';
export * from './repositories/credit-entries.ts';
export * from './repositories/dead-letters.ts';
export * from './repositories/job-events.ts';
export * from './repositories/jobs.ts';
export * from './repositories/operators.ts';
export * from './repositories/plans.ts';
export * from './repositories/provider-calls.ts';
export * from './repositories/queue-places.ts';
export * from './repositories/usage.ts';
export * from './repositories/worker-processes.ts';
export {
  type ApiScope,
  type AssetRole,
  apiScopes,
  type CreditKind,
  type ProcessPart,
  processParts,
  type ReplayedBy,
} from './schema.ts';
