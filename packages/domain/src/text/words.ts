import { segmenterOf } from './segmenter.ts';

/** Words that say nothing about the matter, of the languages that are most often met. Elsewhere frequency alone tells. */
const commonWords: Readonly<Record<string, string>> = {
  en: 'a about above after again all also an and any are as at be because been before being below between both but by can could did do does during each few for from further had has have having he her here his how i if in into is it its itself just may me more most must my no nor not now of off on once only or other our out over own same shall she should so some such than that the their them then there these they this those through to too under until up upon us very was we were what when where which while who whom why will with would you your',
  de: 'aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass dem den der des die dies diese diesem diesen dieser dieses doch dort durch ein eine einem einen einer eines er es für hat hatte hatten ich ihm ihn ihr ihre ihrem ihren ihrer im in ist ja jede jedem jeden jeder jedes kann kein keine können man mehr mit nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner sich sie sind so sowie über um und uns unter vom von vor war waren was wenn werden wie wir wird wurde wurden zu zum zur',
  fr: 'à au aux avec ce ces cette comme dans de des du elle elles en est et eu il ils je la le les leur leurs lui mais me même mes mon ne nous on ont ou où par pas plus pour qu que qui sa sans se ses son sont sur ta te tous tout très un une vous y été être',
  es: 'a al algo como con de del desde donde dos el ella ellas ellos en entre era es esta estas este esto estos fue ha han hasta la las le les lo los más me mi muy no nos o para pero por que se ser si sin sobre son su sus también tan un una unas uno unos y ya',
  it: 'a ad al alla alle anche che chi ci come con da dal dalla dei del della delle di e ed è gli ha hanno i il in io la le lo loro ma mi nei nel nella non o per più quella quello questa questo se si sono su sua sui sul sulla suo tra un una uno',
  nl: 'aan als bij dan dat de die dit door een en er het hij hun ik in is je kan maar met naar niet nog of om ook op over te tot uit van voor was wat we werd wij wordt worden ze zich zij zijn zou',
  pt: 'a ao aos as às com como da das de do dos e ela ele em entre era essa esse esta este eu foi há isso já lhe mais mas me mesmo muito na nas não no nos o os ou para pela pelo por que se sem ser seu sua são também um uma',
};
const stopSets = new Map(
  Object.entries(commonWords).map(([language, words]) => [language, new Set(words.split(' '))]),
);
const none: ReadonlySet<string> = new Set();

/** A word of a text. */
export interface Word {
  /** As it is written. */
  readonly text: string;
  /** By which the same words are known: lower case, composed. */
  readonly term: string;
}

/** The words of a text by the rules of its language (UAX #29, and dictionaries for scripts without spaces). */
export function wordsOf(text: string, language: string): Word[] {
  const words: Word[] = [];
  const segmenter = segmenterOf(language, 'word');
  for (const [piece] of text.matchAll(pieces)) {
    for (const { segment, isWordLike } of segmenter.segment(piece)) {
      if (isWordLike === true) words.push({ text: segment, term: segment.normalize('NFKC').toLowerCase() });
    }
  }
  return words;
}

/** What a segmenter takes for each word grows with the text: cut at white space, which no word goes across, a megabyte takes seconds. */
const pieces = /[\s\S]{1,2000}(?=\s|$)|[\s\S]{1,2000}/gu;

/** Terms that say something: no common words, nothing of one letter of an alphabet, no bare numbers. */
export function contentTerms(words: readonly Word[], language: string): string[] {
  return withoutCommonWords(words, language).filter(
    (term) => /\p{L}/u.test(term) && (term.length > 1 || /\p{Script=Han}/u.test(term)),
  );
}

/** The terms of the words, but for those that say nothing about the matter. */
export function withoutCommonWords(words: readonly Word[], language: string): string[] {
  const stop = stopSets.get(language.split('-')[0] ?? '') ?? none;
  return words.map(({ term }) => term).filter((term) => !stop.has(term));
}

/**
 * The language that has most of these words among its common ones; undefined when none has any. Enough to know which common words
 * to leave out, even of a question of five words; no proof of the language.
 */
export function languageByCommonWords(words: readonly Word[]): string | undefined {
  let best: { readonly language: string; readonly hits: number } | undefined;
  for (const [language, stop] of stopSets) {
    const hits = words.reduce((sum, { term }) => sum + (stop.has(term) ? 1 : 0), 0);
    if (hits > (best?.hits ?? 0)) best = { language, hits };
  }
  return best?.language;
}
