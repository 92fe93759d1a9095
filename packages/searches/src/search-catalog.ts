import { mdn } from './adapters/mdn.ts';
import { mediaWiki } from './adapters/mediawiki.ts';
import { youtube } from './adapters/youtube.ts';
import type { SearchAdapter } from './search-adapter.ts';

/** Every search by its name. A new one is an adapter and a line here. */
export const searchAdapters = {
  youtube,
  wikipedia: mediaWiki('wikipedia', 'wikipedia.org'),
  wikibooks: mediaWiki('wikibooks', 'wikibooks.org'),
  mdn,
} as const satisfies Readonly<Record<string, SearchAdapter>>;

export type SearchName = keyof typeof searchAdapters;
