import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import {
  type Account,
  type Asset,
  endsJob,
  type Job,
  type JobExplanation,
  type JobListQuery,
  type JobRequest,
  type JobSummary,
  type LedgerEntry,
  longestWaitSeconds,
  type PlanDiffQuery,
  type PlanDiffReply,
  type PlanQuery,
  type PlanRecord,
  type PlanSummary,
  type RegenerationRequest,
  type Usage,
  type WireJobEvent,
} from '@pressroom/domain';
import { type Download, type DownloadOptions, downloadTo } from './download-output.ts';
import { type FollowOptions, followJobEvents } from './follow-job-events.ts';
import { createJsonCalls, withQuery } from './json-calls.ts';
import { type Call, readJson, Transport } from './transport.ts';
import { buildUploadBody, type UploadProgress, type UploadSource } from './upload-body.ts';

export interface ClientOptions {
  /** `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** `prk_…`. */
  readonly apiKey: string;
  /** In [0, 1), for the spread of waits. */
  readonly random?: () => number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface UploadOptions extends CallOptions {
  readonly onProgress?: (progress: UploadProgress) => void;
}

export interface SubmitOptions extends CallOptions {
  /** A new one when absent, so that a lost connection never submits twice. */
  readonly idempotencyKey?: string;
  /** Answer when the job has settled, at the latest after this long; up to 60. */
  readonly waitSeconds?: number;
}

export interface WaitOptions extends FollowOptions {
  readonly onEvent?: (event: WireJobEvent) => void;
}

/** The HTTP API with types. Everything may throw PressroomApiError, PressroomConnectionError, or the signal's reason. */
export interface PressroomClient {
  uploadAsset(source: UploadSource, options?: UploadOptions): Promise<Asset>;
  getAsset(assetId: string, options?: CallOptions): Promise<Asset>;
  submitJob(request: JobRequest, options?: SubmitOptions): Promise<Job>;
  getJob(jobId: string, options?: CallOptions & { readonly waitSeconds?: number }): Promise<Job>;
  /** Newest first, through all pages. */
  listJobs(query?: Omit<JobListQuery, 'cursor'>, options?: CallOptions): AsyncIterable<JobSummary>;
  /** Each event once and in order, live, until the job has settled. */
  jobEvents(jobId: string, options?: FollowOptions): AsyncIterable<WireJobEvent>;
  /** Why it stands where it stands. */
  explainJob(jobId: string, options?: CallOptions): Promise<JobExplanation>;
  /** The job once it has settled: it may have failed. */
  waitForJob(jobId: string, options?: WaitOptions): Promise<Job>;
  cancelJob(jobId: string, options?: CallOptions): Promise<Job>;
  /** Runs again what did not succeed, and holds again what had been given back for it. */
  retryJob(jobId: string, options?: SubmitOptions): Promise<Job>;
  /** To a file or a stream. */
  downloadOutput(jobId: string, to: string | Writable, options?: DownloadOptions): Promise<Download>;
  /** Newest first, through all pages. */
  listPlans(options?: CallOptions): AsyncIterable<PlanSummary>;
  /** The newest version, or the one that is named, with the list of all. */
  getPlan(planId: string, query?: PlanQuery, options?: CallOptions): Promise<PlanRecord>;
  /** The workbook of a version, or one of its other forms, to a file or a stream. */
  downloadPlan(
    planId: string,
    to: string | Writable,
    options?: DownloadOptions & PlanQuery,
  ): Promise<Download>;
  /** Since the version that the newest one was made from, or between two that are named. */
  diffPlan(planId: string, query?: PlanDiffQuery, options?: CallOptions): Promise<PlanDiffReply>;
  /** Makes a new version: what `overrides` does not name stays. */
  regeneratePlan(planId: string, request: RegenerationRequest, options?: SubmitOptions): Promise<Job>;
  account(options?: CallOptions): Promise<Account>;
  /** Newest first, through all pages. */
  ledger(options?: CallOptions): AsyncIterable<LedgerEntry>;
  /** Of a month such as `2026-03`, or of the current one. */
  usage(options?: CallOptions & { readonly month?: string }): Promise<Usage>;
  /** Drops the connections. */
  close(): Promise<void>;
}

export function createPressroomClient(options: ClientOptions): PressroomClient {
  const transport = new Transport({ random: Math.random, ...options });

  const { read, pages } = createJsonCalls(transport);

  const getJob: PressroomClient['getJob'] = (jobId, { waitSeconds, signal } = {}) =>
    read<Job>({ method: 'GET', path: jobPath(jobId), ...waiting(waitSeconds), signal });

  const jobEvents: PressroomClient['jobEvents'] = (jobId, followOptions) =>
    followJobEvents(transport, jobId, followOptions);

  const submit = (
    path: string,
    request: object,
    { idempotencyKey = randomUUID(), waitSeconds, signal }: SubmitOptions = {},
  ): Promise<Job> => {
    const wait = waiting(waitSeconds);
    return read<Job>({
      method: 'POST',
      path,
      ...wait,
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': idempotencyKey,
        ...wait.headers,
      },
      body: JSON.stringify(request),
      signal,
    });
  };

  return {
    uploadAsset: async (source, { onProgress = () => {}, signal } = {}) => {
      const { headers, chunks } = await buildUploadBody(source, onProgress);
      const answer = await transport.send({
        method: 'POST',
        path: '/api/assets',
        headers,
        body: chunks,
        signal,
        headersTimeoutMs: 900_000,
      });
      return await readJson<Asset>(answer);
    },
    getAsset: (assetId, { signal } = {}) =>
      read<Asset>({ method: 'GET', path: `/api/assets/${encodeURIComponent(assetId)}`, signal }),
    submitJob: (request, options) => submit('/api/jobs', request, options),
    getJob,
    listJobs: (query = {}, { signal } = {}) => pages<JobSummary>('/api/jobs', { ...query }, signal),
    jobEvents,
    waitForJob: async (jobId, { onEvent, ...followOptions } = {}) => {
      const { signal } = followOptions;
      let { after = 0 } = followOptions;
      for (;;) {
        for await (const event of jobEvents(jobId, { ...followOptions, after })) {
          onEvent?.(event);
          after = event.sequence;
          // Asking the server whether more comes would take as long as asking for the job, which says the same.
          if (endsJob(event.type)) break;
        }
        const job = await getJob(jobId, signal === undefined ? {} : { signal });
        // Else it was retried: what follows has events of its own.
        if (job.settledAt !== null) return job;
      }
    },
    explainJob: (jobId, { signal } = {}) =>
      read<JobExplanation>({ method: 'GET', path: `${jobPath(jobId)}/explanation`, signal }),
    cancelJob: (jobId, { signal } = {}) =>
      read<Job>({ method: 'POST', path: `${jobPath(jobId)}/cancel`, signal }),
    retryJob: (jobId, { idempotencyKey = randomUUID(), waitSeconds, signal } = {}) => {
      const wait = waiting(waitSeconds);
      return read<Job>({
        method: 'POST',
        path: `${jobPath(jobId)}/retry`,
        ...wait,
        headers: { 'Idempotency-Key': idempotencyKey, ...wait.headers },
        signal,
      });
    },
    downloadOutput: (jobId, to, { format, signal } = {}) =>
      downloadTo(transport, withQuery(`${jobPath(jobId)}/output`, { format }), to, { signal }),
    listPlans: ({ signal } = {}) => pages<PlanSummary>('/api/plans', {}, signal),
    getPlan: (planId, { version } = {}, { signal } = {}) =>
      read<PlanRecord>({ method: 'GET', path: withQuery(planPath(planId), { version }), signal }),
    downloadPlan: (planId, to, { format = 'pdf', version, signal } = {}) =>
      downloadTo(transport, withQuery(planPath(planId), { format, version }), to, { signal }),
    diffPlan: (planId, { from, to } = {}, { signal } = {}) =>
      read<PlanDiffReply>({
        method: 'GET',
        path: withQuery(`${planPath(planId)}/diff`, { from, to }),
        signal,
      }),
    regeneratePlan: (planId, request, options) =>
      submit(`${planPath(planId)}/regenerations`, request, options),
    account: ({ signal } = {}) => read<Account>({ method: 'GET', path: '/api/account', signal }),
    ledger: ({ signal } = {}) => pages<LedgerEntry>('/api/account/ledger', {}, signal),
    usage: ({ month, signal } = {}) =>
      read<Usage>({
        method: 'GET',
        path: withQuery('/api/account/usage', { month }),
        signal,
      }),
    close: () => transport.close(),
  };
}

function jobPath(jobId: string): string {
  return `/api/jobs/${encodeURIComponent(jobId)}`;
}

function planPath(planId: string): string {
  return `/api/plans/${encodeURIComponent(planId)}`;
}

function waiting(seconds: number | undefined): Pick<Call, 'headers' | 'headersTimeoutMs'> {
  if (seconds === undefined) return {};
  const bounded = Math.min(Math.ceil(seconds), longestWaitSeconds);
  return { headers: { Prefer: `wait=${bounded}` }, headersTimeoutMs: (bounded + 60) * 1_000 };
}
