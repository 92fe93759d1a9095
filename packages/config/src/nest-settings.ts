import { join } from 'node:path';
import type { PressroomConfig } from './pressroom-config.ts';
import type { SettingValues } from './settings-schema.ts';

/** The flat values of the environment in the shape that the code reads. */
export function nestSettings(values: SettingValues): PressroomConfig {
  return {
    database: {
      url: values.DATABASE_URL,
      directUrl: values.DATABASE_DIRECT_URL,
      poolSize: values.PRESSROOM_DATABASE_POOL_SIZE,
    },
    redis: { url: values.REDIS_URL },
    queue: {
      prefix: values.PRESSROOM_QUEUE_PREFIX,
      lockMs: values.PRESSROOM_QUEUE_LOCK_MS,
      stalledIntervalMs: values.PRESSROOM_QUEUE_STALLED_INTERVAL_MS,
      maxStalls: values.PRESSROOM_QUEUE_MAX_STALLS,
      throttleTotalMs: values.PRESSROOM_QUEUE_THROTTLE_TOTAL_MS,
      attempts: values.PRESSROOM_QUEUE_ATTEMPTS,
      backoffBaseMs: values.PRESSROOM_QUEUE_BACKOFF_BASE_MS,
      keepCompletedSeconds: values.PRESSROOM_QUEUE_KEEP_COMPLETED_SECONDS,
      keepCompletedCount: values.PRESSROOM_QUEUE_KEEP_COMPLETED_COUNT,
      keepFailedSeconds: values.PRESSROOM_QUEUE_KEEP_FAILED_SECONDS,
      keepFailedCount: values.PRESSROOM_QUEUE_KEEP_FAILED_COUNT,
    },
    dispatcher: {
      windowFlows: values.PRESSROOM_DISPATCHER_WINDOW_FLOWS,
      accountWindowFlows: values.PRESSROOM_DISPATCHER_ACCOUNT_WINDOW_FLOWS,
      sweepIntervalMs: values.PRESSROOM_DISPATCHER_SWEEP_INTERVAL_MS,
      enqueueLeaseMs: values.PRESSROOM_DISPATCHER_ENQUEUE_LEASE_MS,
      reconcileIntervalMs: values.PRESSROOM_RECONCILE_INTERVAL_MS,
    },
    canary: { limitMs: values.PRESSROOM_CANARY_LIMIT_MS, exitMs: values.PRESSROOM_CANARY_EXIT_MS },
    retention: {
      idempotencyKeysDays: values.PRESSROOM_KEEP_IDEMPOTENCY_KEYS_DAYS,
      jobHistoryDays: values.PRESSROOM_KEEP_JOB_HISTORY_DAYS,
    },
    storage: storageOf(values),
    generation: generationOf(values),
    searches: {
      youtubeKey: values.YOUTUBE_API_KEY,
      documentation: values.PRESSROOM_SEARCHES,
      baseUrl: values.PRESSROOM_SEARCH_BASE_URL,
      budgetMs: values.PRESSROOM_CURATION_BUDGET_MS,
      concurrency: values.PRESSROOM_CURATION_CONCURRENCY,
    },
    usage: {
      tiers: values.PRESSROOM_TIERS,
      defaultTier: values.PRESSROOM_DEFAULT_TIER,
      stripe: {
        apiKey: values.STRIPE_API_KEY,
        baseUrl: values.STRIPE_BASE_URL,
        tokensMeter: values.STRIPE_TOKENS_METER,
        picturesMeter: values.STRIPE_PICTURES_METER,
      },
    },
    documents: {
      chunk: {
        maxTokens: values.PRESSROOM_CHUNK_TOKENS,
        overlapTokens: values.PRESSROOM_CHUNK_OVERLAP_TOKENS,
      },
      embeddingBatch: values.PRESSROOM_EMBEDDING_BATCH,
      writeBatch: values.PRESSROOM_CHUNK_WRITE_BATCH,
    },
    http: {
      host: values.PRESSROOM_HOST,
      port: values.PRESSROOM_PORT,
      publicUrl: values.PRESSROOM_PUBLIC_URL,
    },
    health: { host: values.PRESSROOM_HEALTH_HOST, port: values.PRESSROOM_HEALTH_PORT },
    limits: {
      uploadBytes: values.PRESSROOM_UPLOAD_BYTES,
      imagePixels: values.PRESSROOM_IMAGE_PIXELS,
      imageFrames: values.PRESSROOM_IMAGE_FRAMES,
      requestsPerMinute: values.PRESSROOM_REQUESTS_PER_MINUTE,
      jsonBodyBytes: values.PRESSROOM_JSON_BODY_BYTES,
    },
    workers: {
      ingestConcurrency: values.PRESSROOM_INGEST_CONCURRENCY,
      generateConcurrency: values.PRESSROOM_GENERATE_CONCURRENCY,
      pdfConcurrency: values.PRESSROOM_PDF_CONCURRENCY,
    },
    memoryBudgetBytes: values.PRESSROOM_MEMORY_BUDGET_BYTES,
    log: { level: values.PRESSROOM_LOG_LEVEL, format: values.PRESSROOM_LOG_FORMAT },
    faultsFolder: values.PRESSROOM_FAULTS_FOLDER,
    shutdownGraceMs: values.PRESSROOM_SHUTDOWN_GRACE_MS,
    operator: {
      token: values.PRESSROOM_OPERATOR_TOKEN,
      sessionHours: values.PRESSROOM_OPERATOR_SESSION_HOURS,
    },
    dataFolder: values.PRESSROOM_DATA_FOLDER,
  };
}

function storageOf(values: SettingValues): PressroomConfig['storage'] {
  if (values.S3_BUCKET === undefined) {
    const folder = values.PRESSROOM_STORAGE_FOLDER ?? join(values.PRESSROOM_DATA_FOLDER, 'assets');
    return { kind: 'local', folder };
  }
  return {
    kind: 's3',
    endpoint: values.S3_ENDPOINT,
    region: values.S3_REGION,
    bucket: values.S3_BUCKET,
    accessKeyId: values.S3_ACCESS_KEY_ID,
    secretAccessKey: values.S3_SECRET_ACCESS_KEY,
    forcePathStyle: values.S3_FORCE_PATH_STYLE ?? values.S3_ENDPOINT !== undefined,
  };
}

function generationOf(values: SettingValues): PressroomConfig['generation'] {
  const threads = values.PRESSROOM_GENERATION_THREADS;
  if (values.GEMINI_API_KEY === undefined) return { kind: 'offline', threads };
  return {
    kind: 'gemini',
    apiKey: values.GEMINI_API_KEY,
    baseUrl: values.GEMINI_BASE_URL,
    pictureModel: values.GEMINI_PICTURE_MODEL,
    objectModel: values.GEMINI_TEXT_MODEL,
    embeddingModel: values.GEMINI_EMBEDDING_MODEL,
    embeddingDimensions: values.GEMINI_EMBEDDING_DIMENSIONS,
    timeout: {
      baseMs: values.AI_TIMEOUT_BASE_MS,
      extensionMs: values.AI_TIMEOUT_EXTENSION_MS,
      thresholdMs: values.AI_TIMEOUT_EXTENSION_THRESHOLD_MS,
    },
    breaker: { failures: values.AI_BREAKER_FAILURES, recoveryMs: values.AI_BREAKER_RECOVERY_MS },
    requestsPerMinute: values.AI_REQUESTS_PER_MINUTE,
    tokensPerMinute: values.AI_TOKENS_PER_MINUTE,
    prices: values.AI_PRICES ?? {},
    fallback: { offline: values.AI_FALLBACK_OFFLINE, afterWaitMs: values.AI_FALLBACK_WAIT_MS },
    threads,
  };
}
