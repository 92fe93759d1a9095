import { oneOf, path, setting, wholeNumber } from '../setting.ts';

/** How much a process does at once, what it says, and how it ends. */
export const processSettings = {
  PRESSROOM_INGEST_CONCURRENCY: setting(wholeNumber(1, 256).default(3), {
    path: 'workers.ingestConcurrency',
    description:
      'Ingest steps that one worker runs at once. One more than processors keeps these busy while a photo is written down.',
    example: '4',
  }),
  PRESSROOM_GENERATE_CONCURRENCY: setting(wholeNumber(1, 256).default(2), {
    path: 'workers.generateConcurrency',
    description: 'Generate steps that one worker runs at once.',
    example: '8',
  }),
  PRESSROOM_PDF_CONCURRENCY: setting(wholeNumber(1, 256).default(1), {
    path: 'workers.pdfConcurrency',
    description: 'PDF steps that one worker runs at once.',
    example: '2',
  }),
  PRESSROOM_MEMORY_BUDGET_BYTES: setting(wholeNumber(16_000_000, 1_000_000_000_000).optional(), {
    path: 'memoryBudgetBytes',
    unit: 'bytes',
    description:
      'What pictures and pages in work may take together in one process, by estimate; other work waits.',
    example: '600000000',
    absent:
      "three quarters of the container's limit less 128 MiB; a quarter of the machine's memory without a limit",
  }),
  PRESSROOM_LOG_LEVEL: setting(oneOf('debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'), {
    path: 'log.level',
    description: 'debug, info, warn, error, fatal or silent.',
    example: 'debug',
  }),
  PRESSROOM_LOG_FORMAT: setting(oneOf('auto', 'json', 'pretty').default('auto'), {
    path: 'log.format',
    description: '`json` lines, `pretty` for people, or `auto`: pretty on a terminal.',
    example: 'json',
  }),
  PRESSROOM_SHUTDOWN_GRACE_MS: setting(wholeNumber(0, 600_000).default(25_000), {
    path: 'shutdownGraceMs',
    unit: 'ms',
    description: 'How long running steps may go on after SIGTERM before they are handed back.',
    example: '60000',
  }),
  PRESSROOM_FAULTS_FOLDER: setting(path().optional(), {
    path: 'faultsFolder',
    description:
      'For tests that break things on purpose: a file in it makes the process die, fail or hang at the point that it names. Refused under NODE_ENV=production.',
    example: '/tmp/faults',
    absent: 'nothing is broken on purpose',
  }),
};
