import { z } from 'zod';

export interface SearchQuery {
  /** Words to look for; nothing about who wants to know. */
  readonly words: string;
  /** BCP 47. */
  readonly language: string;
  /** At most so many, 1 to 20. */
  readonly most: number;
}

/** Something on the web that a search has found, as plain text. */
export const foundResourceSchema = z.object({
  title: z.string().min(1).max(300),
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  /** Empty where the search says nothing. */
  description: z.string().max(1_000),
});
export type FoundResource = z.output<typeof foundResourceSchema>;
export const foundResourcesSchema = z.object({ results: z.array(foundResourceSchema).max(20) });

/** How one search is asked and understood; the rest is the same for all of them. */
export interface SearchAdapter {
  /** In the plan's JSON, in metrics and in the record. */
  readonly name: string;
  /** Changed when the same query is asked or understood in another way: what was stored is not found any more. */
  readonly version: string;
  /** The address, below the search's base. */
  request(query: SearchQuery): { readonly base: string; readonly path: string };
  /**
   * @param body the JSON of an answer with status 200
   * @throws an error of zod when the answer has another shape
   */
  read(body: unknown, query: SearchQuery): SearchAnswer;
  /** What the body of another status says; undefined where the status says all. */
  explain?(status: number, body: unknown): SearchTrouble | undefined;
}

export type SearchTrouble =
  | { readonly kind: 'throttled'; readonly waitMs: number }
  | { readonly kind: 'misconfigured' }
  | { readonly kind: 'unavailable' };

export interface SearchAnswer {
  /** Titles and descriptions as they came: they may be HTML. */
  readonly results: readonly { readonly title: string; readonly url: string; readonly description: string }[];
  readonly trouble?: SearchTrouble | undefined;
}
