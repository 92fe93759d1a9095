import type { Recipe } from '@pressroom/domain';
import type { z } from 'zod';

/** What a recipe has against an input, each named by the option that gives it: the recipe has the last word. */
export function recipeProblems<Schema extends z.ZodType>(
  recipe: Pick<Recipe<string, Schema>, 'inputSchema' | 'check'>,
  input: unknown,
  optionOf: (field: string) => string = (field) => `--${field}`,
): readonly string[] {
  const parsed = recipe.inputSchema.safeParse(input);
  const found = parsed.success
    ? (recipe.check?.(parsed.data, { freePrompts: false }) ?? [])
    : parsed.error.issues;
  return found.map(({ path, message }) => {
    const [field = '', ...rest] = path.map(String);
    return `${[optionOf(field), ...rest].join('.')}: ${message}`;
  });
}
