import type { TokenUsage } from '../ports/generation-provider.ts';

/** What a model costs, in US dollars: for a million tokens in either direction, and for a picture on top of its tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  readonly picture: number;
}

/** By the model's name. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

/** What a call took. */
export interface CallSpending {
  /** Undefined where the provider did not count. */
  readonly usage: TokenUsage | undefined;
  readonly pictures: number;
}

/**
 * The price of a call in micros: millionths of a US dollar, rounded half up. A dollar for a million tokens is a micro for one.
 *
 * @returns undefined when the model has no price, or when it has one for tokens and nobody counted them: unknown is not free
 */
export function microsOf(
  price: ModelPrice | undefined,
  { usage, pictures }: CallSpending,
): number | undefined {
  if (price === undefined) return undefined;
  if (usage === undefined && (price.input > 0 || price.output > 0)) return undefined;
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
  return Math.round(inputTokens * price.input + outputTokens * price.output + pictures * price.picture * 1e6);
}
