import { z } from 'zod';
import type { SearchAdapter } from '../search-adapter.ts';

const answerSchema = z.object({
  error: z.object({ code: z.string() }).optional(),
  query: z
    .object({
      pages: z
        .array(
          z.object({
            title: z.string(),
            index: z.number().default(0),
            fullurl: z.string().default(''),
            extract: z.string().default(''),
          }),
        )
        .default([]),
    })
    .optional(),
});

/**
 * A wiki of the Wikimedia Foundation by MediaWiki's action API: `generator=search`, with the first sentences of each page. Errors come with
 * status 200 and a code.
 */
export function mediaWiki(name: string, domain: string): SearchAdapter {
  return {
    name,
    version: 'generator-search-1',
    request: ({ words, language, most }) => {
      const tag = (language.split('-')[0] ?? 'en').toLowerCase();
      return {
        base: `https://${/^[a-z]{2,3}$/.test(tag) ? tag : 'en'}.${domain}`,
        path: `/w/api.php?${new URLSearchParams({
          action: 'query',
          format: 'json',
          formatversion: '2',
          maxlag: '5',
          generator: 'search',
          gsrsearch: words,
          gsrlimit: String(most),
          prop: 'extracts|info',
          inprop: 'url',
          exintro: '1',
          explaintext: '1',
          exsentences: '3',
          exlimit: 'max',
        }).toString()}`,
      };
    },
    read: (body) => {
      const { error, query } = answerSchema.parse(body);
      const pages = [...(query?.pages ?? [])].sort((a, b) => a.index - b.index);
      return {
        results: pages.map(({ title, fullurl, extract }) => ({ title, url: fullurl, description: extract })),
        trouble:
          error === undefined
            ? undefined
            : /maxlag|ratelimited/.test(error.code)
              ? { kind: 'throttled', waitMs: 30_000 }
              : { kind: 'unavailable' },
      };
    },
  };
}
