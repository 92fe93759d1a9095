import type { z } from 'zod';
import type { HandlerName, StepCatalog } from '../step-catalog.ts';

export type OnItemFailure = 'fail' | 'skip';

/** One node of a job's tree, before it has an id. Children run first. */
export type StepPlan = {
  [Name in HandlerName]: {
    /** Unique in the job, stable between plannings: `ingest-0`, `generate-0`, `book`. */
    readonly key: string;
    readonly handler: Name;
    readonly input: StepCatalog[Name]['input'];
    /** Which of the job's items it belongs to; undefined for what serves the whole job. */
    readonly itemIndex?: number;
    /** Credits that are captured when this step is part of what was delivered. */
    readonly credits: number;
    readonly children: readonly StepPlan[];
  };
}[HandlerName];

/** A job kind's definition. Pure: the same input gives the same plan. */
export interface Recipe<Kind extends string, Schema extends z.ZodType> {
  readonly kind: Kind;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Schema;
  /** Asset ids that must exist in the account and be of the named sort. */
  readonly assets: (
    input: z.output<Schema>,
  ) => readonly { readonly assetId: string; readonly sort: 'image' | 'document' }[];
  readonly plan: (input: z.output<Schema>) => StepPlan;
}

export function defineRecipe<const Kind extends string, Schema extends z.ZodType>(
  recipe: Recipe<Kind, Schema>,
): Recipe<Kind, Schema> {
  return recipe;
}

/** The whole price of a plan in credits: what is held at submission. */
export function priceOf(plan: StepPlan): number {
  return plan.children.reduce((sum, child) => sum + priceOf(child), plan.credits);
}

/** Every node, children before parents. */
export function flattenPlan(plan: StepPlan): readonly StepPlan[] {
  return [...plan.children.flatMap(flattenPlan), plan];
}
