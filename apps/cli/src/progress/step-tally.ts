import { type WireJobEvent, type WorkerType, workerTypes } from '@pressroom/domain';
import type { StepCount } from './step-bars.ts';

interface TalliedStep {
  readonly id: string;
  readonly worker: WorkerType;
}

const endings: readonly string[] = ['step.succeeded', 'step.failed', 'step.skipped'];

/** How far a job's steps are, kept up to date from its events. A lone step counts by its own progress. */
export class StepTally {
  readonly #workerOf: Map<string, WorkerType>;
  readonly #ended = new Set<string>();
  readonly #inside = new Map<string, StepCount>();

  constructor(steps: readonly TalliedStep[]) {
    this.#workerOf = new Map(steps.map((step) => [step.id, step.worker]));
  }

  get workers(): readonly WorkerType[] {
    const used = new Set(this.#workerOf.values());
    return workerTypes.filter((worker) => used.has(worker));
  }

  /** The worker type whose count the event changed. */
  take(event: WireJobEvent): WorkerType | undefined {
    if (event.type === 'step.expanded') return this.#add(event.data['steps']);
    const stepId = String(event.data['stepId']);
    const worker = this.#workerOf.get(stepId);
    if (worker === undefined) return undefined;
    if (endings.includes(event.type)) this.#ended.add(stepId);
    if (event.type === 'step.progress') {
      this.#inside.set(stepId, { done: Number(event.data['done']), total: Number(event.data['total']) });
    }
    return worker;
  }

  #add(steps: unknown): WorkerType | undefined {
    const added = steps as readonly TalliedStep[];
    for (const { id, worker } of added) this.#workerOf.set(id, worker);
    return added[0]?.worker;
  }

  count(worker: WorkerType): StepCount {
    const ids = [...this.#workerOf].filter(([, type]) => type === worker).map(([id]) => id);
    const [only] = ids;
    const inside = ids.length === 1 && only !== undefined ? this.#inside.get(only) : undefined;
    const done = ids.filter((id) => this.#ended.has(id)).length;
    if (inside === undefined) return { done, total: ids.length };
    return { done: done === 1 ? inside.total : Math.min(inside.done, inside.total - 1), total: inside.total };
  }
}
