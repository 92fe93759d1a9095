import { PressroomError } from './errors/pressroom-error.ts';
import { flattenPlan, priceOf, type StepPlan } from './recipes/recipe.ts';

/** Steps that one expansion may add: more are no plan but a fault, and one transaction writes them all. */
export const longestExpansion = 5_000;

/**
 * What a handler asks for must be a plan that the record can take. Its cost is checked where the reserve is.
 *
 * @param known keys of the children that the step has already
 * @throws PressroomError `internal`: the handler is wrong, not its input
 */
export function checkExpansion(expand: readonly StepPlan[], known: readonly string[]): void {
  const steps = expand.flatMap(flattenPlan);
  const keys = new Set(known);
  const refuse = (what: string): never => {
    throw new PressroomError('internal', `A step asked for more steps, but ${what}`);
  };
  if (steps.length === 0) refuse('named none');
  if (steps.length > longestExpansion) refuse(`for ${steps.length}, and ${longestExpansion} are the most`);
  for (const { key } of steps) {
    if (keys.has(key)) refuse(`'${key}' is there already`);
    keys.add(key);
  }
  for (const plan of expand) {
    const price = priceOf(plan);
    if (!Number.isSafeInteger(price) || price < 0) refuse(`'${plan.key}' has no price`);
  }
}
