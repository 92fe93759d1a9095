import type { QueueFacts, QueueState, WorkerType } from '@pressroom/domain';
import type { QueueBackend } from './backend.ts';
import { queueJobId } from './flow.ts';
import type { QueuedStep } from './remove-flow.ts';
import { within } from './within.ts';

/**
 * What the queue says about steps, asked now. Never throws: a queue that is out of reach, or does not answer within `limitMs`, is
 * told of as that.
 */
export async function lookUpSteps(
  backend: Pick<QueueBackend, 'queue' | 'check'>,
  steps: readonly QueuedStep[],
  limitMs: number,
): Promise<QueueFacts> {
  const look = async (): Promise<QueueFacts> => {
    // Refuses at once where a lost connection would keep every question until it is back.
    await backend.check();
    const types = [...new Set(steps.map((step) => step.worker))];
    const [states, paused] = await Promise.all([
      Promise.all(steps.map(async (step) => [step.stepId, await stateOf(backend, step)] as const)),
      Promise.all(types.map(async (type) => ((await backend.queue(type).isPaused()) ? [type] : []))),
    ]);
    return { asked: true, states: new Map(states), paused: new Set<WorkerType>(paused.flat()) };
  };
  try {
    return await within(limitMs, look());
  } catch (error) {
    return { asked: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function stateOf(
  backend: Pick<QueueBackend, 'queue'>,
  { stepId, worker, generation }: QueuedStep,
): Promise<QueueState> {
  const state: string = await backend.queue(worker).getJobState(queueJobId(stepId, generation));
  switch (state) {
    case 'prioritized':
    case 'paused':
      return 'waiting';
    case 'waiting':
    case 'active':
    case 'delayed':
    case 'waiting-children':
    case 'completed':
    case 'failed':
      return state;
    default:
      return 'missing';
  }
}
