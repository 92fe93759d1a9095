import { type Caller, isPressroomError, type Log, type ObjectService } from '@pressroom/domain';
import { explainResourcesTask, type LearningPlan, type Resource, tasksOf } from '@pressroom/plans';

export interface ExplainedResources {
  readonly resources: ReadonlyMap<string, readonly Resource[]>;
  readonly calls: number;
  readonly saved: number;
}

/** Tasks that one call explains. */
const tasksPerCall = 10;

/**
 * Says in a sentence what each find is good for in its task. What the provider leaves out, or cannot be asked for, keeps the sentence that it
 * has. An abort throws the signal's reason.
 */
export async function explainResources(
  objects: ObjectService,
  plan: LearningPlan,
  found: ReadonlyMap<string, readonly Resource[]>,
  { caller, signal, log }: { readonly caller: Caller; readonly signal: AbortSignal; readonly log: Log },
): Promise<ExplainedResources> {
  const resources = new Map(found);
  const tasks = tasksOf(plan).filter(({ id }) => found.has(id));
  let [calls, saved] = [0, 0];
  for (let start = 0; start < tasks.length; start += tasksPerCall) {
    const batch = tasks.slice(start, start + tasksPerCall);
    const task = explainResourcesTask({
      topic: plan.topic,
      language: plan.language,
      tasks: batch.map(({ id, title, description }) => ({
        title,
        description,
        resources: (found.get(id) ?? []).map((each) => ({
          title: each.title,
          description: each.explanation,
        })),
      })),
    });
    try {
      const answer = await objects.generateObject({ task, caller, signal });
      calls += answer.calls;
      saved += answer.saved;
      for (const { task: taskNumber, resource: number, explanation } of answer.value.explanations) {
        const id = batch[taskNumber - 1]?.id;
        const known = id === undefined ? undefined : resources.get(id);
        if (id === undefined || known?.[number - 1] === undefined) continue;
        resources.set(
          id,
          known.map((each, index) =>
            index === number - 1 ? { ...each, explanation, isQuotation: false } : each,
          ),
        );
      }
    } catch (error) {
      signal.throwIfAborted();
      // What the searches say of their finds is good enough to go on.
      if (!isPressroomError(error) || !/^(provider|safety)-/.test(error.code)) throw error;
      log.warn({ err: error }, 'Resources keep the sentences of their searches');
      break;
    }
  }
  return { resources, calls, saved };
}
