import type { Dispatch, DispatchStep } from '@pressroom/domain';
import { type FlowJob, type JobsOptions, PRIORITY_LIMIT } from 'bullmq';

/** What a queue job carries: ids and a number. Everything else is read from the record when the step is claimed. */
export interface StepPayload {
  readonly stepId: string;
  readonly jobId: string;
  readonly generation: number;
}

export interface FlowOptions {
  /** How often the queue itself may deliver a step that failed; above every policy, because the record decides. */
  readonly deliveries: number;
  readonly keepCompletedSeconds: number;
  readonly keepCompletedCount: number;
  readonly keepFailedSeconds: number;
  readonly keepFailedCount: number;
  /**
   * One step in about so many tells the queue to drop what it need not keep; default 1, every step. A sweep takes in the
   * whole queue. On Redis it costs next to nothing; on PostgreSQL BullMQ reads every kept job for it, and sweeps that meet
   * end in a deadlock.
   */
  readonly sweepEvery?: number;
}

/** What `sweepEvery` should be: kept jobs may exceed their number by a few dozen, which nobody will miss. */
export const sweepEvery = { redis: 1, postgres: 64 } as const;

/**
 * The queue's id of a step. It carries the generation: the queue swallows a second job with an id that it still knows, so a
 * rebuilt flow needs ids of its own. No `:`, which BullMQ refuses.
 */
export function queueJobId(stepId: string, generation: number): string {
  return `${stepId}-${generation}`;
}

/**
 * The BullMQ parent-child tree of a job's unfinished steps: `pdf ← generate[i] ← ingest[i]`.
 *
 * A child that fails for good does not stop its parent (`ignoreDependencyOnFailure`): what a failure means is decided by the
 * record in the transaction that writes it, and the parent finds out when it claims itself.
 *
 * @returns undefined when no step is left to run
 */
export function buildFlow(dispatch: Dispatch, options: FlowOptions): FlowJob | undefined {
  const known = new Set(dispatch.steps.map((step) => step.stepId));
  const priority = queuePriority(dispatch);
  const root = dispatch.steps.find((step) => step.parentId === undefined || !known.has(step.parentId));
  return root === undefined ? undefined : toFlowJob(dispatch, root, priority, options);
}

/**
 * The trees of a running step's unfinished children, each to be added under the queue's job of that step: what it asked for while
 * it ran. Adding one that the queue has already changes nothing.
 */
export function buildBranches(
  parent: BranchParent,
  steps: readonly DispatchStep[],
  options: FlowOptions,
): FlowJob[] {
  const { jobId, stepId, generation, priority, queue } = parent;
  const dispatch = { jobId, generation, steps };
  return steps
    .filter((step) => step.parentId === stepId)
    .map((step) => {
      const branch = toFlowJob(dispatch, step, priority, options);
      return { ...branch, opts: { ...branch.opts, parent: { id: queueJobId(stepId, generation), queue } } };
    });
}

/** A running step as its new children need it. */
export interface BranchParent extends StepPayload {
  /** Where its steps stand in every queue, as its own job of the queue says. */
  readonly priority: number;
  /** The full name of its queue, prefix included. */
  readonly queue: string;
}

/** Priorities above, at and below the usual one have each a third of the numbers that BullMQ has. */
const placesPerBand = Math.floor(PRIORITY_LIMIT / 3);

/**
 * Where the steps of a job stand in every queue, lower first: by its sort of priority, then by its key, as in the record. In the
 * order in which they came they would all stand behind those of an account that has filled its window.
 *
 * What is past the last number shares it, and goes in the order of coming, until the priority has no more job in the queue and
 * its places begin anew.
 */
export function queuePriority({ priority, queuePlace }: Pick<Dispatch, 'priority' | 'queuePlace'>): number {
  const band = priority > 0 ? 0 : priority === 0 ? 1 : 2;
  const place = Math.min(Math.max(Math.floor(queuePlace), 0), placesPerBand - 1);
  return 1 + band * placesPerBand + place;
}

function toFlowJob(
  dispatch: Pick<Dispatch, 'jobId' | 'generation' | 'steps'>,
  step: DispatchStep,
  priority: number,
  options: FlowOptions,
): FlowJob {
  const children = dispatch.steps.filter((other) => other.parentId === step.stepId);
  const payload: StepPayload = {
    stepId: step.stepId,
    jobId: dispatch.jobId,
    generation: dispatch.generation,
  };
  const opts: Omit<JobsOptions, 'repeat' | 'deduplication'> = {
    jobId: queueJobId(step.stepId, dispatch.generation),
    attempts: options.deliveries,
    priority,
    backoff: { type: 'pressroom' },
    ignoreDependencyOnFailure: true,
    ...retention(step.stepId, options),
    keepLogs: 100,
    sizeLimit: 4_096,
  };
  return {
    name: `${step.handler} ${step.key}`,
    queueName: step.worker,
    data: payload,
    opts,
    children: children.map((child) => toFlowJob(dispatch, child, priority, options)),
  };
}

function retention(
  stepId: string,
  options: FlowOptions,
): Pick<JobsOptions, 'removeOnComplete' | 'removeOnFail'> {
  if (!isSweeper(stepId, options.sweepEvery ?? 1)) return {};
  return {
    removeOnComplete: { age: options.keepCompletedSeconds, count: options.keepCompletedCount },
    removeOnFail: { age: options.keepFailedSeconds, count: options.keepFailedCount },
  };
}

/** By the id's last characters, which are random: no step of a job is likelier than another. */
function isSweeper(stepId: string, every: number): boolean {
  return Number.parseInt(stepId.slice(-3), 36) % every === 0;
}
