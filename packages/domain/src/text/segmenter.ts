type Granularity = 'word' | 'sentence';

const segmenters = new Map<string, Intl.Segmenter>();

/** The segmenter of a language (BCP 47), made once. What is no tag, or of a language that nobody knows, is cut by Unicode's own rules. */
export function segmenterOf(language: string, granularity: Granularity): Intl.Segmenter {
  const locale = knownLanguage(language);
  const key = `${locale} ${granularity}`;
  let segmenter = segmenters.get(key);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(locale, { granularity });
    segmenters.set(key, segmenter);
  }
  return segmenter;
}

/** Without regions and extensions, which documents can make up without end. */
function knownLanguage(tag: string): string {
  try {
    const { language } = new Intl.Locale(tag);
    return Intl.Segmenter.supportedLocalesOf([language])[0] ?? 'und';
  } catch {
    return 'und';
  }
}
