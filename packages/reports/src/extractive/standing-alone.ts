import type { Word } from '@pressroom/domain';

/** Words at the beginning that lean on the sentence before. */
const leaningWords: Readonly<Record<string, string>> = {
  en: 'this that these those it they he she him her his their its such thus however but and so also therefore hence moreover furthermore then there here or nor yet otherwise instead',
  de: 'dies diese dieser dieses diesem diesen das es sie er ihm ihr sein seine jedoch aber und daher deshalb dabei dadurch damit dann so also denn außerdem hier dort dazu dafür davon darauf doch oder sonst',
  fr: 'ce cet cette ces cela ceci il elle ils elles mais et donc ainsi cependant alors puis son sa ses leur leurs ou sinon',
  es: 'esto este esta estos estas ese esa eso él ella ellos ellas pero y así entonces su sus además o',
  it: 'questo questa questi queste ciò esso essa lui lei loro ma e così quindi poi inoltre suo sua o',
  nl: 'dit dat deze die het hij zij ze maar en dus daarom ook dan zo of',
  pt: 'isto isso este esta estes estas ele ela eles elas mas e assim então portanto seu sua ou',
};
const leaning = new Map(
  Object.entries(leaningWords).map(([language, words]) => [language, new Set(words.split(' '))]),
);
const reference =
  /\b(?:Figures?|Fig\.|Tables?|Tab\.|Sections?|Chapter|Equation|Eq\.|Listing|Example|Theorem|Lemma|[Pp]ages?|Abbildung|Abb\.|Tabelle|Abschnitt|Kapitel|Gleichung|Satz|Bemerkung|Beispiel|Seiten?|Definition|Tableau|Figura|Tabla|Tabella)\s*\(?\d/u;
/** So many words a sentence has that says something by itself. */
const wholeThought = 8;

/**
 * How well a sentence can be read without those around it, from 0 to 1: what points back, points to a figure, is cut out of a
 * dialogue or is hardly a sentence counts for less.
 */
export function standingAlone(
  { text, words }: { readonly text: string; readonly words: readonly Word[] },
  language: string,
): number {
  let share = 1;
  const first = words[0]?.text.toLowerCase().normalize('NFKC') ?? '';
  if (leaning.get(language.split('-')[0] ?? '')?.has(first) === true) share *= 0.6;
  if (reference.test(text)) share *= 0.6;
  if (words.length < wholeThought) share *= 0.25 + (0.5 * words.length) / wholeThought;
  if (!isBalanced(text)) share *= 0.5;
  if (/^["“„«'‘]/u.test(text) || /!["”’»)]*$/u.test(text)) share *= 0.7;
  return share;
}

/** Each quotation mark and bracket has its other half. */
function isBalanced(text: string): boolean {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return (
    count(/"/g) % 2 === 0 &&
    count(/\(/g) === count(/\)/g) &&
    count(/\[/g) === count(/\]/g) &&
    count(/«/g) === count(/»/g) &&
    count(/(?<![^\s(])['‘]/g) >= count(/[,.!?]['’](?=\s|$)/g)
  );
}
