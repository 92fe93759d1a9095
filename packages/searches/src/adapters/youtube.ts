import { z } from 'zod';
import type { SearchAdapter } from '../search-adapter.ts';

/** Quota comes back at midnight in California: asking every hour finds that out. */
const quotaWaitMs = 3_600_000;

const answerSchema = z.object({
  items: z
    .array(
      z.object({
        id: z.object({
          videoId: z
            .string()
            .regex(/^[\w-]{1,32}$/)
            .optional(),
        }),
        snippet: z.object({
          title: z.string(),
          description: z.string().default(''),
          channelTitle: z.string().default(''),
        }),
      }),
    )
    .default([]),
});
const errorSchema = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string().default('') })).default([]) }),
});

/** YouTube Data API v3, `search.list`: 100 units of quota a call. The key goes with the request as a header, since addresses end up in logs. */
export const youtube: SearchAdapter = {
  name: 'youtube',
  version: 'search-list-1',
  request: ({ words, language, most }) => ({
    base: 'https://www.googleapis.com',
    path: `/youtube/v3/search?${new URLSearchParams({
      part: 'snippet',
      type: 'video',
      safeSearch: 'strict',
      maxResults: String(most),
      relevanceLanguage: language.split('-')[0] ?? 'en',
      q: words,
    }).toString()}`,
  }),
  read: (body) => ({
    results: answerSchema.parse(body).items.flatMap(({ id, snippet }) =>
      id.videoId === undefined
        ? []
        : [
            {
              title:
                snippet.channelTitle === '' ? snippet.title : `${snippet.title} (${snippet.channelTitle})`,
              url: `https://www.youtube.com/watch?v=${id.videoId}`,
              description: snippet.description,
            },
          ],
    ),
  }),
  explain: (status, body) => {
    const parsed = errorSchema.safeParse(body);
    const reasons = parsed.success ? parsed.data.error.errors.map(({ reason }) => reason) : [];
    if (reasons.some((reason) => /quotaExceeded|dailyLimitExceeded/.test(reason))) {
      return { kind: 'throttled', waitMs: quotaWaitMs };
    }
    if (reasons.some((reason) => /rateLimitExceeded/i.test(reason)))
      return { kind: 'throttled', waitMs: 60_000 };
    return status === 400 || status === 401 || status === 403 ? { kind: 'misconfigured' } : undefined;
  },
};
