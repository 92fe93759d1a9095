/**
 * The word without the endings of grammar, so that a question for pumps finds a pump. For comparing only: what is left is not
 * always a word. Languages without rules here keep their words whole.
 */
export function stemOf(word: string, language: string): string {
  const stem = stemmers[language.split('-')[0] ?? ''];
  return stem === undefined || !/^\p{L}[\p{L}\p{M}']*$/u.test(word) ? word : stem(word);
}

const stemmers: Readonly<Record<string, (word: string) => string>> = {
  en: stemEnglish,
  de: stemGerman,
  fr: stemRomance,
  es: stemRomance,
  it: stemRomance,
  pt: stemRomance,
};

/** Step 1 of Porter, "An algorithm for suffix stripping", Program 14, 1980; a final e always goes instead of being put back. */
function stemEnglish(word: string): string {
  let stem = word.replace(/'s?$/, '');
  if (stem.length < 4) return stem;
  if (/(?:ss|sh|ch|x|z)es$/.test(stem)) stem = stem.slice(0, -2);
  else if (/[^aeiou]ies$/.test(stem)) stem = `${stem.slice(0, -3)}y`;
  else if (/[^siu]s$/.test(stem)) stem = stem.slice(0, -1);
  const cut = /eed$/.test(stem) ? stem : stem.replace(/(?:ed|ing)$/, '');
  if (cut !== stem && cut.length >= 3 && /[aeiouy]/.test(cut)) stem = cut.replace(/([^aeiouslz])\1$/, '$1');
  if (stem.length > 3) stem = stem.replace(/e$/, '');
  return stem.length > 3 ? stem.replace(/([^aeiou])y$/, '$1i') : stem;
}

/** Savoy, "Light Stemming Approaches for the French, Portuguese, German and Hungarian Languages", SAC 2006: its minimal form. */
function stemGerman(word: string): string {
  const plain = word.replaceAll('ß', 'ss').replaceAll('ä', 'a').replaceAll('ö', 'o').replaceAll('ü', 'u');
  if (plain.length > 6 && plain.endsWith('nen')) return plain.slice(0, -3);
  if (plain.length > 5 && /(?:en|es|er|em|se)$/.test(plain)) return plain.slice(0, -2);
  return plain.length > 4 && /[ensr]$/.test(plain) ? plain.slice(0, -1) : plain;
}

/** Articles that are written together with the word, plurals, and the vowel of the gender. */
function stemRomance(word: string): string {
  const bare = word.replace(/^(?:qu|jusqu|lorsqu|puisqu|dell|all|nell|sull|dall|un|[cdjlmnst])'/, '');
  const singular = bare.length > 3 ? bare.replace(/[sx]$/, '') : bare;
  return singular.length > 4 ? singular.replace(/[aeio]$/, '') : singular;
}
