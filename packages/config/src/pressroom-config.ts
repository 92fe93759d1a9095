/** Every setting of every process: validated, defaulted, deeply frozen. Units are part of the names. */
export interface PressroomConfig {
  readonly database: {
    readonly url?: string | undefined;
    /** Where sessions last: not through a pooler in transaction mode. Absent: `url` is such a place. */
    readonly directUrl?: string | undefined;
    readonly poolSize: number;
  };
  /** One URL, or those of several nodes of a Redis Cluster, separated by commas. */
  readonly redis: { readonly url?: string | undefined };
  readonly queue: QueueConfig;
  readonly dispatcher: DispatcherConfig;
  /** When a worker that its queue no longer answers is built anew, and when its process ends. */
  readonly canary: { readonly limitMs: number; readonly exitMs: number };
  readonly retention: { readonly idempotencyKeysDays: number; readonly jobHistoryDays: number };
  readonly storage: StorageConfig;
  readonly generation: GenerationConfig;
  readonly searches: {
    readonly youtubeKey?: string | undefined;
    /** In the order in which they are asked. */
    readonly documentation?: readonly ('wikipedia' | 'wikibooks' | 'mdn')[] | undefined;
    readonly baseUrl?: string | undefined;
    readonly budgetMs: number;
    readonly concurrency: number;
  };
  readonly usage: {
    /** Monthly limits by the name of a tier; absent: no account is limited. */
    readonly tiers?: Readonly<Record<string, TierConfig>> | undefined;
    /** Of accounts that have none of their own. */
    readonly defaultTier?: string | undefined;
    /** Without a key nothing is sent. */
    readonly stripe: {
      readonly apiKey?: string | undefined;
      readonly baseUrl?: string | undefined;
      readonly tokensMeter?: string | undefined;
      readonly picturesMeter?: string | undefined;
    };
  };
  readonly documents: DocumentsConfig;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl?: string | undefined;
  };
  /** The health and metrics server of a worker; port 0 takes any free one. */
  readonly health: { readonly host: string; readonly port: number };
  readonly limits: LimitsConfig;
  readonly workers: {
    readonly ingestConcurrency: number;
    readonly generateConcurrency: number;
    readonly pdfConcurrency: number;
  };
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
  /** Where tests say what breaks, and where; absent in production. */
  readonly faultsFolder?: string | undefined;
  readonly shutdownGraceMs: number;
  /** Absent: decided by what the process may have. */
  readonly memoryBudgetBytes?: number | undefined;
  readonly operator: { readonly token?: string | undefined; readonly sessionHours: number };
  /** Absolute, or relative to the working folder. */
  readonly dataFolder: string;
}

export interface QueueConfig {
  readonly prefix: string;
  readonly lockMs: number;
  readonly stalledIntervalMs: number;
  readonly maxStalls: number;
  readonly throttleTotalMs: number;
  readonly attempts: number;
  readonly backoffBaseMs: number;
  readonly keepCompletedSeconds: number;
  readonly keepCompletedCount: number;
  readonly keepFailedSeconds: number;
  readonly keepFailedCount: number;
}

export interface DispatcherConfig {
  readonly windowFlows: number;
  readonly accountWindowFlows: number;
  readonly sweepIntervalMs: number;
  readonly enqueueLeaseMs: number;
  readonly reconcileIntervalMs: number;
}

export type StorageConfig =
  | { readonly kind: 'local'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly endpoint?: string | undefined;
      readonly region: string;
      readonly bucket: string;
      readonly accessKeyId?: string | undefined;
      readonly secretAccessKey?: string | undefined;
      readonly forcePathStyle: boolean;
    };

export type GenerationConfig =
  | { readonly kind: 'offline'; readonly threads: number }
  | {
      readonly kind: 'gemini';
      readonly apiKey: string;
      readonly baseUrl?: string | undefined;
      readonly pictureModel: string;
      readonly objectModel: string;
      readonly embeddingModel: string;
      readonly embeddingDimensions: number;
      readonly timeout: {
        readonly baseMs: number;
        readonly extensionMs: number;
        readonly thresholdMs: number;
      };
      readonly breaker: { readonly failures: number; readonly recoveryMs: number };
      readonly requestsPerMinute?: number | undefined;
      readonly tokensPerMinute?: number | undefined;
      /** US dollars, by the model's name. */
      readonly prices: Readonly<
        Record<string, { readonly input: number; readonly output: number; readonly picture: number }>
      >;
      readonly fallback: { readonly offline: boolean; readonly afterWaitMs: number };
      readonly threads: number;
    };

/** What is absent is not limited; money in millionths of a US dollar. */
export interface TierConfig {
  readonly jobs?: number | undefined;
  readonly pictures?: number | undefined;
  readonly tokens?: number | undefined;
  readonly micros?: number | undefined;
}

export interface DocumentsConfig {
  /** In estimated tokens. */
  readonly chunk: { readonly maxTokens: number; readonly overlapTokens: number };
  /** Passages a call of the provider. */
  readonly embeddingBatch: number;
  /** Passages a statement. */
  readonly writeBatch: number;
}

export interface LimitsConfig {
  readonly uploadBytes: number;
  readonly imagePixels: number;
  readonly imageFrames: number;
  readonly requestsPerMinute: number;
  readonly jsonBodyBytes: number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
export type LogFormat = 'auto' | 'json' | 'pretty';
