import { setting, textOf, urlOf, urlsOf, wholeNumber } from '../setting.ts';

const day = 24 * 60 * 60;

/** The database, the queue, and the dispatcher between them. */
export const recordSettings = {
  DATABASE_URL: setting(urlOf('postgres:', 'postgresql:').optional(), {
    path: 'database.url',
    description: 'PostgreSQL that holds the records.',
    example: 'postgresql://pressroom:password@db.example/pressroom',
    absent: 'an embedded PostgreSQL in the data folder',
  }),
  DATABASE_DIRECT_URL: setting(urlOf('postgres:', 'postgresql:').optional(), {
    path: 'database.directUrl',
    description:
      'The same PostgreSQL, not through a pooler: for hints of events, and for the queues where they live in PostgreSQL.',
    example: 'postgresql://pressroom:password@db.example:5432/pressroom',
    absent: '`DATABASE_URL`',
  }),
  PRESSROOM_DATABASE_POOL_SIZE: setting(wholeNumber(1, 500).default(10), {
    path: 'database.poolSize',
    description: 'Most connections that one process opens for its records.',
    example: '20',
  }),
  REDIS_URL: setting(urlsOf('redis:', 'rediss:').optional(), {
    path: 'redis.url',
    description:
      'Redis that carries the queues. Several, separated by commas, are nodes of one Redis Cluster.',
    example: 'redis://redis.example:6379',
    absent: 'the queues live in PostgreSQL',
  }),
  PRESSROOM_QUEUE_PREFIX: setting(
    textOf(
      /^[A-Za-z0-9_{}-]{1,64}$/,
      'must be 1 to 64 letters, digits, hyphens or underscores, with {…} around the hash tag',
    ).default('{pressroom}'),
    {
      path: 'queue.prefix',
      description: 'Put before every queue key. The braces keep all keys on one node of a Redis Cluster.',
      example: '{pressroom-staging}',
    },
  ),
  PRESSROOM_QUEUE_LOCK_MS: setting(wholeNumber(1_000, 600_000).default(30_000), {
    path: 'queue.lockMs',
    unit: 'ms',
    description: 'A running step whose worker has not renewed its lock for so long is taken to be lost.',
    example: '60000',
  }),
  PRESSROOM_QUEUE_STALLED_INTERVAL_MS: setting(wholeNumber(500, 600_000).default(5_000), {
    path: 'queue.stalledIntervalMs',
    unit: 'ms',
    description: 'How often workers look for lost steps.',
    example: '10000',
  }),
  PRESSROOM_QUEUE_MAX_STALLS: setting(wholeNumber(0, 100).default(5), {
    path: 'queue.maxStalls',
    description: 'How many times a step may lose its worker before it fails.',
    example: '3',
  }),
  PRESSROOM_QUEUE_ATTEMPTS: setting(wholeNumber(1, 50).default(4), {
    path: 'queue.attempts',
    description: 'Attempts that a step has for errors that may pass.',
    example: '6',
  }),
  PRESSROOM_QUEUE_BACKOFF_BASE_MS: setting(wholeNumber(1, 600_000).default(1_000), {
    path: 'queue.backoffBaseMs',
    unit: 'ms',
    description: 'Wait before the second attempt; it doubles with every further one.',
    example: '2000',
  }),
  PRESSROOM_QUEUE_THROTTLE_TOTAL_MS: setting(wholeNumber(1_000, 2_000_000_000).default(21_600_000), {
    path: 'queue.throttleTotalMs',
    unit: 'ms',
    description:
      'How long one step may be made to wait by throttling providers, all waits together, before it fails.',
    example: '3600000',
  }),
  PRESSROOM_QUEUE_KEEP_COMPLETED_SECONDS: setting(wholeNumber(0, 365 * day).default(day), {
    path: 'queue.keepCompletedSeconds',
    unit: 's',
    description: 'How long a completed step stays visible in the queue. The record itself is in PostgreSQL.',
    example: '3600',
  }),
  PRESSROOM_QUEUE_KEEP_COMPLETED_COUNT: setting(wholeNumber(0, 1_000_000).default(1_000), {
    path: 'queue.keepCompletedCount',
    description: 'Most completed steps kept in one queue.',
    example: '200',
  }),
  PRESSROOM_QUEUE_KEEP_FAILED_SECONDS: setting(wholeNumber(0, 365 * day).default(7 * day), {
    path: 'queue.keepFailedSeconds',
    unit: 's',
    description: 'How long a failed step stays visible in the queue.',
    example: '86400',
  }),
  PRESSROOM_QUEUE_KEEP_FAILED_COUNT: setting(wholeNumber(0, 1_000_000).default(1_000), {
    path: 'queue.keepFailedCount',
    description: 'Most failed steps kept in one queue.',
    example: '200',
  }),
  PRESSROOM_DISPATCHER_WINDOW_FLOWS: setting(wholeNumber(1, 100_000).default(50), {
    path: 'dispatcher.windowFlows',
    description: 'Most jobs that are in the queue at the same time; the others wait in PostgreSQL.',
    example: '200',
  }),
  PRESSROOM_DISPATCHER_ACCOUNT_WINDOW_FLOWS: setting(wholeNumber(1, 100_000).default(25), {
    path: 'dispatcher.accountWindowFlows',
    description:
      'Most jobs of one account that are in the queue at the same time. Below the number for all, so that no account fills it.',
    example: '100',
  }),
  PRESSROOM_DISPATCHER_SWEEP_INTERVAL_MS: setting(wholeNumber(50, 600_000).default(5_000), {
    path: 'dispatcher.sweepIntervalMs',
    unit: 'ms',
    description: 'How often waiting jobs are looked for when nothing gave a hint.',
    example: '1000',
  }),
  PRESSROOM_DISPATCHER_ENQUEUE_LEASE_MS: setting(wholeNumber(100, 3_600_000).default(30_000), {
    path: 'dispatcher.enqueueLeaseMs',
    unit: 'ms',
    description: 'A claimed job that did not reach the queue within this time is claimed again.',
    example: '60000',
  }),
  PRESSROOM_RECONCILE_INTERVAL_MS: setting(wholeNumber(100, 600_000).default(10_000), {
    path: 'dispatcher.reconcileIntervalMs',
    unit: 'ms',
    description:
      'How often quiet jobs are compared with the queue. What a queue has lost is rebuilt after two to three of these.',
    example: '5000',
  }),
};
