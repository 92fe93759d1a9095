import { segmenterOf } from '@pressroom/domain';
import { cutText } from '../text/cut-text.ts';
import { estimateTokens } from './estimate-tokens.ts';

/** Sentences of a text, in order, each with the white space after it: put together they are the text again (Unicode UAX #29). */
export function sentencesOf(text: string, language: string): string[] {
  return Array.from(segmenterOf(language, 'sentence').segment(text), ({ segment }) => segment);
}

/** A sentence of more than `maxTokens` in pieces that are not: a chunk has a hard limit, a writer has none. */
export function* boundedPieces(sentence: string, maxTokens: number): Generator<string> {
  if (estimateTokens(sentence) <= maxTokens) {
    yield sentence;
    return;
  }
  // One character is one token at most, so this many characters fit whatever the script is.
  const room = maxTokens;
  let at = 0;
  for (const piece of cutText(sentence, room)) {
    // Cutting drops the space at the cut; the piece takes it along, so that nothing is lost.
    const begin = sentence.indexOf(piece, at);
    const end = begin + piece.length;
    const next = sentence.slice(end).search(/\S/);
    const stop = next < 0 ? sentence.length : end + next;
    yield sentence.slice(at, stop);
    at = stop;
    if (at >= sentence.length) return;
  }
}
