import { z } from 'zod';
import type { SearchAdapter } from '../search-adapter.ts';

/** Languages that MDN is translated into; others read it in English. */
const locales: Readonly<Record<string, string>> = {
  de: 'de',
  es: 'es',
  fr: 'fr',
  ja: 'ja',
  ko: 'ko',
  pt: 'pt-BR',
  ru: 'ru',
  zh: 'zh-CN',
};
const answerSchema = z.object({
  documents: z
    .array(
      z.object({
        mdn_url: z.string().regex(/^\/[\w/.$*-]+$/),
        title: z.string(),
        summary: z.string().default(''),
      }),
    )
    .default([]),
});

/** MDN Web Docs by its site search. */
export const mdn: SearchAdapter = {
  name: 'mdn',
  version: 'search-1',
  request: ({ words, language, most }) => ({
    base: 'https://developer.mozilla.org',
    path: `/api/v1/search?${new URLSearchParams({
      q: words,
      locale: locales[language.split('-')[0] ?? ''] ?? 'en-US',
      size: String(most),
    }).toString()}`,
  }),
  read: (body) => ({
    results: answerSchema.parse(body).documents.map(({ mdn_url, title, summary }) => ({
      title: title.trim() === '' ? '' : `${title} (MDN)`,
      url: `https://developer.mozilla.org${mdn_url}`,
      description: summary,
    })),
  }),
};
