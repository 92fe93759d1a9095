import type { z } from 'zod';
import type { ErrorCode } from '../errors/error-registry.ts';
import type { HandlerName, StepCatalog } from '../step-catalog.ts';
import type { ExpectedCalls } from '../usage/usage-limits.ts';
import type { StoredPlanVersion } from './stored-plan-version.ts';

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
    /** Credits that are held for the steps that it may add when it runs; what they do not take is given back. */
    readonly reserve?: number;
    readonly children: readonly StepPlan[];
  };
}[HandlerName];

/** What the running system can do beyond its files: some inputs need it. */
export interface Abilities {
  /** True when an online provider can follow a prompt in the user's own words. */
  readonly freePrompts: boolean;
}

/** A reason to refuse an input that its schema lets through. */
export interface InputProblem {
  readonly code: ErrorCode;
  /** Into the input: `['photos', 3, 'caption']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * For inputs that refer to a version of a plan: it is loaded before the job is submitted, so that what the job holds is complete and its
 * steps never have to look anything up.
 */
export interface Completion<Input, Complete> {
  readonly of: (input: Input) => {
    readonly planId: string;
    /** The newest when absent. */
    readonly version?: number | undefined;
  };
  readonly complete: (
    input: Input,
    stored: StoredPlanVersion,
  ) => Complete | { readonly problems: readonly InputProblem[] };
  /** What of it is kept as the job's input. */
  readonly keep: (complete: Complete) => Record<string, unknown>;
  /** The version of a plan that the job makes: no other job may be making one of the same plan. */
  readonly makes: (complete: Complete) => { readonly planId: string; readonly version: number };
}

/** A job kind's definition. Pure: the same input gives the same plan. */
export interface Recipe<Kind extends string, Schema extends z.ZodType, Complete = z.output<Schema>> {
  readonly kind: Kind;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Schema;
  /** What follows it takes the input as it is completed here; as it was given when absent. */
  readonly completion?: Completion<z.output<Schema>, Complete>;
  /** Looked at before submission, so that nobody waits and pays for what cannot come out. */
  readonly check?: (input: Complete, abilities: Abilities) => readonly InputProblem[];
  /** Asset ids that must exist in the account and be of the named sort. */
  readonly assets: (
    input: Complete,
  ) => readonly { readonly assetId: string; readonly sort: 'image' | 'document' }[];
  readonly plan: (input: Complete) => StepPlan;
  /** For monthly limits: rather too much than too little, where the input tells. */
  readonly expectedCalls: (input: Complete) => ExpectedCalls;
}

export function defineRecipe<
  const Kind extends string,
  Schema extends z.ZodType,
  Complete = z.output<Schema>,
>(recipe: Recipe<Kind, Schema, Complete>): Recipe<Kind, Schema, Complete> {
  return recipe;
}

/** The whole price of a plan in credits: what is held at submission. */
export function priceOf(plan: StepPlan): number {
  return plan.children.reduce((sum, child) => sum + priceOf(child), plan.credits + (plan.reserve ?? 0));
}

/** Every node, children before parents. */
export function flattenPlan(plan: StepPlan): readonly StepPlan[] {
  return [...plan.children.flatMap(flattenPlan), plan];
}
