import { comparable } from '../citations.ts';
import { keyPhrases, titleOfPhrases, type WeighedText } from './key-phrases.ts';

export interface TitledText extends WeighedText {
  readonly title: string;
}

/** A heading above more findings than these tells nothing about any of them. */
const mostUnderOne = 3;

/**
 * A title for each text that no other one has. One that a few share is told apart by the key phrases of the text behind it; one that
 * many share gives way to them.
 */
export function distinctTitles(texts: readonly TitledText[], language: string): string[] {
  const shared = new Map<string, number>();
  for (const { title } of texts) shared.set(comparable(title), (shared.get(comparable(title)) ?? 0) + 1);
  const used = new Set<string>();
  return texts.map((text) => {
    const times = shared.get(comparable(text.title)) ?? 1;
    const title =
      wordings(text, times, language).find((each) => each !== '' && !used.has(comparable(each))) ??
      text.title;
    used.add(comparable(title));
    return title;
  });
}

function wordings(text: TitledText, times: number, language: string): string[] {
  const phrases = [1, 2, 3].map((most) => keyPhrases(text, language, most));
  const alone = phrases.slice(1).map(titleOfPhrases);
  if (times > mostUnderOne) return [...alone, firstWords(text.text)];
  const told = phrases
    .map((list) => list.filter((phrase) => !comparable(text.title).includes(comparable(phrase))))
    .filter((list) => list.length > 0)
    .map((list) => `${text.title}: ${list.join(' · ')}`);
  return times > 1 ? [...told, ...alone, firstWords(text.text)] : [text.title, ...told, ...alone];
}

function firstWords(text: string): string {
  const [start = ''] = text.match(/^.{1,60}(?=\s|$)/u) ?? [];
  return start.length < text.length ? `${start} …` : start;
}
