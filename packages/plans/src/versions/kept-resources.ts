import { type LearningPlan, type Resource, tasksOf } from '../plan.ts';

/** Documents of a version by their content: their places in the list may be others in the next one. */
export interface NumberedSource {
  readonly index: number;
  readonly digest: string;
}

/**
 * What stays with the tasks that did not change: those that have their id, their description and their language still. Resources in
 * documents that the plan has no more are left out. Tasks for which nothing is left are not in the answer.
 */
export function keptResources(
  plan: LearningPlan,
  base: { readonly plan: LearningPlan; readonly sources: readonly NumberedSource[] },
  sources: readonly NumberedSource[],
): ReadonlyMap<string, readonly Resource[]> {
  if (plan.language !== base.plan.language) return new Map();
  const places = new Map(
    base.sources.flatMap(({ index, digest }) => {
      const now = sources.find((source) => source.digest === digest)?.index;
      return now === undefined ? [] : [[index, now] as const];
    }),
  );
  const before = new Map(tasksOf(base.plan).map((task) => [task.id, task]));
  return new Map(
    tasksOf(plan).flatMap(({ id, description }) => {
      const task = before.get(id);
      if (task === undefined || task.description !== description) return [];
      const kept = task.resources.flatMap((resource): Resource[] => {
        if (resource.document === undefined) return [resource];
        const document = places.get(resource.document);
        return document === undefined ? [] : [{ ...resource, document }];
      });
      return kept.length === 0 ? [] : [[id, kept] as const];
    }),
  );
}
