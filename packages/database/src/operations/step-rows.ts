import { flattenPlan, handlerWorkers, type IdSource, type StepPlan } from '@pressroom/domain';

/** A planned step as the database's functions take it. */
export interface StepRowInput {
  readonly id: string;
  readonly parentId: string | null;
  readonly key: string;
  readonly position: number;
  readonly handler: StepPlan['handler'];
  readonly worker: (typeof handlerWorkers)[StepPlan['handler']];
  readonly itemIndex: number | null;
  readonly credits: number;
  readonly reserve: number;
  readonly input: object;
}

/** The rows of plans that stand beside each other, children before parents, with ids. `parentId` is that of their roots. */
export function stepRows(
  plans: readonly StepPlan[],
  parentId: string | null,
  ids: IdSource,
): readonly StepRowInput[] {
  const rows: StepRowInput[] = [];
  for (const plan of plans) {
    const nodes = flattenPlan(plan);
    const idOf = new Map(nodes.map((node) => [node, ids.next('step')]));
    const parentOf = new Map(nodes.flatMap((node) => node.children.map((child) => [child, idOf.get(node)])));
    for (const [node, id] of idOf) {
      rows.push({
        id,
        parentId: parentOf.get(node) ?? parentId,
        key: node.key,
        position: rows.length,
        handler: node.handler,
        worker: handlerWorkers[node.handler],
        itemIndex: node.itemIndex ?? null,
        credits: node.credits,
        reserve: node.reserve ?? 0,
        input: { ...node.input },
      });
    }
  }
  return rows;
}
