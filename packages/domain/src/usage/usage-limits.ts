import type { TokenUsage } from '../ports/generation-provider.ts';
import { type ModelPrice, microsOf } from './model-price.ts';

/** What an account may use in a month, by the tier it is in. */
export const usageQuantities = ['jobs', 'pictures', 'tokens', 'micros'] as const;
export type UsageQuantity = (typeof usageQuantities)[number];
/** Of a tier; what is absent is not limited. */
export type UsageLimits = { readonly [Quantity in UsageQuantity]?: number | undefined };
/** What a job will use, as far as one can tell at its submission; jobs count themselves. */
export type UsageEstimate = Readonly<Record<Exclude<UsageQuantity, 'jobs'>, number>>;

export interface Tiers {
  readonly byName: Readonly<Record<string, UsageLimits>>;
  /** Of accounts that have none of their own; absent: these are not limited. */
  readonly fallback?: string | undefined;
}

/** Which model makes what a recipe needs. */
export interface UsageModels {
  readonly picture: ModelPrice | undefined;
  readonly text: ModelPrice | undefined;
}

/** What a recipe expects its calls to take: pictures by the picture model, and tokens by the text model. */
export interface ExpectedCalls {
  readonly pictures: number;
  readonly text: TokenUsage;
}

/** Tokens of a call that makes one picture: a photo and a prompt in, a picture out, by Gemini's own count of a picture. */
const pictureTokens: TokenUsage = { inputTokens: 500, outputTokens: 1_300 };

/** In tokens and money by these models' prices; what has no price is expected to cost nothing, since it will not be counted either. */
export function estimateUsage({ pictures, text }: ExpectedCalls, models: UsageModels): UsageEstimate {
  const drawn: TokenUsage = {
    inputTokens: pictures * pictureTokens.inputTokens,
    outputTokens: pictures * pictureTokens.outputTokens,
  };
  return {
    pictures,
    tokens: drawn.inputTokens + drawn.outputTokens + text.inputTokens + text.outputTokens,
    micros:
      (microsOf(models.picture, { usage: drawn, pictures }) ?? 0) +
      (microsOf(models.text, { usage: text, pictures: 0 }) ?? 0),
  };
}
