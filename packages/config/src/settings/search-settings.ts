import { listOf, secretText, setting, urlOf, wholeNumber } from '../setting.ts';

/** Where plans look for what to learn from, beside the account's own sources. */
export const searchSettings = {
  YOUTUBE_API_KEY: setting(secretText(8).optional(), {
    path: 'searches.youtubeKey',
    secret: true,
    description: 'Key of the YouTube Data API: videos are looked for first.',
    example: 'AIza…',
    absent: 'no videos',
  }),
  PRESSROOM_SEARCHES: setting(listOf('wikipedia', 'wikibooks', 'mdn').optional(), {
    path: 'searches.documentation',
    description:
      'Open searches for what videos leave open, in the order in which they are asked, separated by commas: `wikipedia`, `wikibooks`, `mdn`. They get words of the task and the topic, and nothing else.',
    example: 'wikibooks,wikipedia',
    absent: "plans name the account's own sources alone",
  }),
  PRESSROOM_SEARCH_BASE_URL: setting(urlOf('http:', 'https:').optional(), {
    path: 'searches.baseUrl',
    description: 'Another address for all searches, such as a gateway; the name of the search is appended.',
    example: 'https://gateway.example/searches',
    absent: 'their own',
  }),
  PRESSROOM_CURATION_BUDGET_MS: setting(wholeNumber(100, 480_000).default(60_000), {
    path: 'searches.budgetMs',
    unit: 'ms',
    description:
      'Time for all searches of a plan; after it the plan is delivered with what there is, and says so.',
    example: '120000',
  }),
  PRESSROOM_CURATION_CONCURRENCY: setting(wholeNumber(1, 32).default(4), {
    path: 'searches.concurrency',
    description: 'Tasks of a plan that are searched for at once.',
    example: '8',
  }),
};
