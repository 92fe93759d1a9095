import type { JobRow, JobUsage, QueuePlace, StageRunRow, StepRow } from '@pressroom/database';
import {
  type ErrorRecord,
  errorRegistry,
  type Job,
  type JobStep,
  type JobSummary,
  type OutputFormat,
  outputFormats,
  stepMachine,
} from '@pressroom/domain';
import { z } from 'zod';

/** What every document-making root step leaves behind; kinds may add to it. */
const referenceSchema = z.object({
  assetId: z.string(),
  storageKey: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
});
const renderedSchema = z.object({
  document: referenceSchema,
  /** The same content for programs, as a table, as text and as a calendar, of kinds that have these. */
  report: referenceSchema.optional(),
  plan: referenceSchema.optional(),
  table: referenceSchema.optional(),
  markdown: referenceSchema.optional(),
  calendar: referenceSchema.optional(),
  pages: z.int(),
  skipped: z.array(z.int()).default([]),
  degraded: z.array(z.int()).default([]),
  preflight: z.array(z.string()).default([]),
});
export type RenderedDocument = z.output<typeof renderedSchema>;

/** The document of a job that has succeeded. */
export function renderedDocumentOf(job: JobRow): RenderedDocument | undefined {
  return job.output === null ? undefined : renderedSchema.parse(job.output);
}

/** The stored bytes of a format, if the kind has it. */
export function partOf(
  rendered: RenderedDocument,
  format: OutputFormat,
): RenderedDocument['document'] | undefined {
  const { document, report, plan, table, markdown, calendar } = rendered;
  return { pdf: document, json: report ?? plan, csv: table, md: markdown, ics: calendar }[format];
}

export function toJobSummary(job: JobRow, usage: JobUsage | undefined): JobSummary {
  const self = `/api/jobs/${job.id}`;
  return {
    id: job.id,
    kind: job.kind,
    status: job.status,
    priority: job.priority,
    onItemFailure: job.onItemFailure,
    metadata: job.metadata,
    cost: {
      held: job.price,
      captured: job.captured,
      refunded: job.refunded,
      round: job.round,
      calls: { made: usage?.made ?? 0, offline: usage?.offline ?? 0, saved: usage?.saved ?? 0 },
      tokens: { input: usage?.inputTokens ?? 0, output: usage?.outputTokens ?? 0 },
      pictures: usage?.pictures ?? 0,
      micros: usage?.micros ?? 0,
      unpricedCalls: usage?.unpricedCalls ?? 0,
    },
    error: job.error && toFailure(job.error),
    createdAt: job.createdAt.toISOString(),
    delayUntil: momentOf(job.delayUntil),
    deadline: momentOf(job.deadline),
    admittedAt: momentOf(job.admittedAt),
    settledAt: momentOf(job.settledAt),
    plan: planOf(job),
    links: {
      self,
      events: `${self}/events`,
      explanation: `${self}/explanation`,
      output: `${self}/output`,
      cancel: `${self}/cancel`,
      retry: `${self}/retry`,
    },
  };
}

/** The version that is there: one that a job is to make is not yet. */
function planOf({ status, planId, planVersion: version }: JobRow): JobSummary['plan'] {
  if (status !== 'succeeded' || planId === null || version === null) return null;
  return { id: planId, version, href: `/api/plans/${planId}?version=${version}` };
}

export function toJob(
  job: JobRow,
  usage: JobUsage | undefined,
  steps: readonly StepRow[],
  stageRuns: readonly StageRunRow[],
  place: QueuePlace | undefined,
): Job {
  const summary = toJobSummary(job, usage);
  const rendered = renderedDocumentOf(job);
  const runsOf = new Map<string, StageRunRow[]>();
  for (const run of stageRuns) runsOf.set(run.stepId, [...(runsOf.get(run.stepId) ?? []), run]);
  return {
    ...summary,
    input: job.input,
    progress: {
      done: steps.filter((step) => stepMachine.final.includes(step.status)).length,
      total: steps.length,
    },
    steps: steps.map((step) => toStep(step, runsOf.get(step.id) ?? [])),
    queue:
      place === undefined
        ? null
        : {
            position: place.position,
            etaSeconds: place.etaMs === undefined ? null : Math.ceil(place.etaMs / 1_000),
          },
    output:
      rendered === undefined
        ? null
        : {
            href: summary.links.output,
            formats: outputFormats.filter((format) => partOf(rendered, format) !== undefined),
            assetId: rendered.document.assetId,
            mediaType: rendered.document.mediaType,
            bytes: rendered.document.bytes,
            sha256: rendered.document.sha256,
            pages: rendered.pages,
            skipped: rendered.skipped,
            degraded: rendered.degraded,
            preflight: rendered.preflight,
          },
    requestId: job.requestId,
  };
}

function toStep(step: StepRow, runs: readonly StageRunRow[]): JobStep {
  return {
    id: step.id,
    key: step.key,
    handler: step.handler,
    worker: step.worker,
    status: step.status,
    // The record counts attempts that failed; one that runs or has succeeded comes on top.
    attempt: step.attempts + (step.status === 'running' || step.status === 'succeeded' ? 1 : 0),
    stage: step.stage,
    stages: runs.map((run) => ({
      stage: run.stage,
      startedAt: run.startedAt.toISOString(),
      durationMs: run.durationMs,
      errorCode: run.errorCode,
    })),
    progress: step.progressTotal === 0 ? null : { done: step.progressDone, total: step.progressTotal },
    itemIndex: step.itemIndex,
    error: step.error && toFailure(step.error),
    startedAt: momentOf(step.startedAt),
    settledAt: momentOf(step.settledAt),
  };
}

export function toFailure(error: ErrorRecord): NonNullable<JobSummary['error']> {
  const { title, advice } = errorRegistry[error.code];
  return {
    code: error.code,
    title,
    detail: error.message,
    advice,
    ...(error.facts === undefined ? {} : { facts: { ...error.facts } }),
  };
}

function momentOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
