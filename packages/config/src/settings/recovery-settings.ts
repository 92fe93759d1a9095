import { setting, wholeNumber } from '../setting.ts';

/** How the system mends itself, and what it forgets. */
export const recoverySettings = {
  PRESSROOM_CANARY_LIMIT_MS: setting(wholeNumber(500, 600_000).default(30_000), {
    path: 'canary.limitMs',
    unit: 'ms',
    description:
      'A worker that its queue has not answered for so long is not ready, and is built anew with connections of its own. Never less than the lock.',
    example: '60000',
  }),
  PRESSROOM_CANARY_EXIT_MS: setting(wholeNumber(1_000, 86_400_000).default(600_000), {
    path: 'canary.exitMs',
    unit: 'ms',
    description:
      'A process with a worker that its queue has not answered for so long exits with 1, to be started anew by its supervisor.',
    example: '300000',
  }),
  PRESSROOM_KEEP_IDEMPOTENCY_KEYS_DAYS: setting(wholeNumber(1, 3_650).default(7), {
    path: 'retention.idempotencyKeysDays',
    unit: 'd',
    description: 'How long a repeated `Idempotency-Key` is answered with the first job.',
    example: '30',
  }),
  PRESSROOM_KEEP_JOB_HISTORY_DAYS: setting(wholeNumber(1, 3_650).default(90), {
    path: 'retention.jobHistoryDays',
    unit: 'd',
    description:
      "How long a settled job's events and its stages' times are kept. Jobs, steps, files and the ledger stay.",
    example: '365',
  }),
};
