import { join } from 'node:path';
import { inspect } from 'node:util';
import { PressroomError } from '@pressroom/domain';
import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { describeConfig } from './describe-config.ts';
import type { PressroomConfig } from './pressroom-config.ts';
import { redactUrl } from './redact-url.ts';
import { type SettingValues, settings, settingsSchema } from './settings-schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration from environment variables. Empty and blank values count as absent. Throws `settings-invalid` with
 * every problem in one message; `facts.problems` has them one by one. Values of secrets are in neither.
 */
export function loadConfig(env: Environment): PressroomConfig {
  const present = presentValues(env);
  const parsed = settingsSchema.safeParse(present);
  const problems = [
    ...unknownNames(present),
    ...(parsed.error?.issues ?? []).map((issue) => describeIssue(issue, present)),
  ];
  if (parsed.data === undefined || problems.length > 0) {
    const lines = problems.map((problem) => `  - ${problem}`).join('\n');
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    throw new PressroomError('settings-invalid', `The settings have ${count}:\n${lines}`, {
      facts: { problems },
    });
  }
  return deepFreeze(guardPrinting(nest(parsed.data)));
}

function presentValues(env: Environment): Record<string, string> {
  const entries = Object.entries(env).map(([name, value]) => [name, value?.trim() ?? ''] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}

function unknownNames(present: Record<string, string>): string[] {
  const known: readonly string[] = settings.map((setting) => setting.name);
  return Object.keys(present)
    .filter((name) => name.startsWith('PRESSROOM_') && !known.includes(name))
    .map((name) => {
      const guess = closest(name, known);
      const near = distance(name, guess) <= Math.max(3, (name.length - 'PRESSROOM_'.length) / 2);
      return near ? `${name} is not a setting; did you mean ${guess}?` : `${name} is not a setting`;
    });
}

function describeIssue(issue: z.core.$ZodIssue, present: Record<string, string>): string {
  const name = String(issue.path[0]);
  const value = present[name];
  const secret = settings.some((setting) => setting.name === name && setting.secret);
  const shown =
    value === undefined || secret ? '' : `, not ${JSON.stringify(redactUrl(value).slice(0, 100))}`;
  return `${name} ${issue.message}${shown}`;
}

function nest(values: SettingValues): PressroomConfig {
  return {
    database: { url: values.DATABASE_URL, poolSize: values.PRESSROOM_DATABASE_POOL_SIZE },
    redis: { url: values.REDIS_URL },
    queue: {
      prefix: values.PRESSROOM_QUEUE_PREFIX,
      lockMs: values.PRESSROOM_QUEUE_LOCK_MS,
      stalledIntervalMs: values.PRESSROOM_QUEUE_STALLED_INTERVAL_MS,
      maxStalls: values.PRESSROOM_QUEUE_MAX_STALLS,
      attempts: values.PRESSROOM_QUEUE_ATTEMPTS,
      backoffBaseMs: values.PRESSROOM_QUEUE_BACKOFF_BASE_MS,
      keepCompletedSeconds: values.PRESSROOM_QUEUE_KEEP_COMPLETED_SECONDS,
      keepCompletedCount: values.PRESSROOM_QUEUE_KEEP_COMPLETED_COUNT,
      keepFailedSeconds: values.PRESSROOM_QUEUE_KEEP_FAILED_SECONDS,
      keepFailedCount: values.PRESSROOM_QUEUE_KEEP_FAILED_COUNT,
    },
    dispatcher: {
      windowFlows: values.PRESSROOM_DISPATCHER_WINDOW_FLOWS,
      sweepIntervalMs: values.PRESSROOM_DISPATCHER_SWEEP_INTERVAL_MS,
      enqueueLeaseMs: values.PRESSROOM_DISPATCHER_ENQUEUE_LEASE_MS,
    },
    storage: storageOf(values),
    generation: generationOf(values),
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
    log: { level: values.PRESSROOM_LOG_LEVEL, format: values.PRESSROOM_LOG_FORMAT },
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
    timeoutMs: values.AI_TIMEOUT_BASE_MS,
    threads,
  };
}

/** A whole configuration that ends up in a log line or on a console shows its redacted form. */
function guardPrinting(config: PressroomConfig): PressroomConfig {
  const redacted = () => describeConfig(config);
  return Object.defineProperties(config, {
    toJSON: { value: redacted, enumerable: false },
    [inspect.custom]: { value: redacted, enumerable: false },
  });
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
