import { segmenterOf } from '@pressroom/domain';

const abbreviation =
  /(?:^|[\s(])(?:\p{Lu}|(?:Dr|Prof|Mr|Mrs|Ms|St|No|Nr|Abs|Art|Fig|Abb|Bd|Hr|Fr|vol|pp?|ca|bzw|bzgl|vgl|sog|evtl|inkl|z\. ?B|d\. ?h|u\. ?a|e\. ?g|i\. ?e|etc|vs|al|cf|approx|resp|Eq|Sec|Tab|Inc|Ltd|Co|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Okt|Nov|Dec|Dez))\.\s*$/u;

/** The sentences of a text, trimmed. Lines are not joined: a heading is no part of the sentence below it. */
export function sentencesOf(text: string, language: string): string[] {
  const sentences: string[] = [];
  for (const line of text.split('\n')) {
    let open = '';
    for (const { segment } of segmenterOf(language, 'sentence').segment(line)) {
      open += segment;
      if (abbreviation.test(open)) continue;
      if (open.trim() !== '') sentences.push(open.trim());
      open = '';
    }
    if (open.trim() !== '') sentences.push(open.trim());
  }
  return sentences;
}
