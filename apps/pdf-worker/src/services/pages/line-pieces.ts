import { graphemesOf } from '@pressroom/domain';

/**
 * The text in pieces between which a line may end; put together, they are the text. A piece keeps the spaces at its end.
 *
 * Words in Latin, Greek and Cyrillic letters are divided by spaces alone. Between ideographs and kana a line may end anywhere but
 * before closing and after opening punctuation (classes CL, CP, EX, IS, NS, CJ, PO, OP, PR and IN of UAX #14, "strict"); Thai is
 * written without spaces, and its words are found in a dictionary.
 */
export function linePieces(text: string): string[] {
  return text.split(wordStart).flatMap((word) => (dense.test(word) ? divide(word, isLineBreak) : [word]));
}

/** Longer pieces, for titles and captions: a line ends between Japanese or Chinese phrases, as a reader would pause. */
export function phrasePieces(text: string): string[] {
  return text.split(wordStart).flatMap((word) => (dense.test(word) ? divide(word, isPhraseBreak) : [word]));
}

/** After a space, unless a mark stands on it. */
const wordStart = /(?<= )(?![\p{M}\u0e33])/u;
const thai = /^\p{Script=Thai}/u;
/** Letters and punctuation that are set on a grid without spaces. */
const onGrid =
  /^[\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee\u{1b000}-\u{1b16f}\u{1f200}-\u{1f2ff}\u{20000}-\u{3ffff}]/u;
const dense =
  /[\p{Script=Thai}\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffee\u{1b000}-\u{1b16f}\u{1f200}-\u{1f2ff}\u{20000}-\u{3ffff}]/u;

/** No line begins with these: what closes, ends or repeats, small kana, units behind a number, Thai abbreviation and repetition. */
const neverFirst =
  /^[\p{Pe}\p{Pf}\s\u00a0!%),./:;?\]}¢°·‐‑–—―…‥‰′″℃‼⁇⁈⁉、。々〜〻゛゜゠・ーヽヾゝゞぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰ-ㇿ！％，．：；？～･｡､ｰﾞﾟｧ-ｯ￠ฯๆ"'-]/u;
/** No line ends with these: what opens, and what stands before a number. */
const neverLast = /[\p{Ps}\p{Pi}\u00a0([{"'#＃\p{Sc}№＠@]$/u;
/** Two of these belong together: dashes and dots of double length, digits of one number. */
const inseparable = [/^[—―…‥〳〴〵]$/u, /^[０-９．，]$/u];

/** The dictionaries go by the script of the letters, whatever the language. */
const words = new Intl.Segmenter('und', { granularity: 'word' });

interface Border {
  readonly last: string;
  readonly next: string;
  /** From the start of the divided text, in UTF-16 units. */
  readonly position: number;
  readonly wordStarts: ReadonlySet<number>;
}

function divide(word: string, mayPart: (border: Border) => boolean): string[] {
  const needsWords = mayPart === isPhraseBreak || /\p{Script=Thai}/u.test(word);
  const wordStarts = new Set(needsWords ? Array.from(words.segment(word), ({ index }) => index) : []);
  const pieces: string[] = [];
  let [piece, last, position] = ['', '', 0];
  for (const next of graphemesOf(word)) {
    if (piece !== '' && mayPart({ last, next, position, wordStarts })) {
      pieces.push(piece);
      piece = '';
    }
    piece += next;
    last = next;
    position += next.length;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

function isLineBreak({ last, next, position, wordStarts }: Border): boolean {
  if (neverFirst.test(next) || neverLast.test(last)) return false;
  if (thai.test(last) && thai.test(next)) return wordStarts.has(position);
  if (!onGrid.test(last) && !onGrid.test(next)) return false;
  return !inseparable.some((pair) => pair.test(last) && pair.test(next));
}

/** Short words in hiragana are particles and endings of what stands before them. */
function isPhraseBreak(border: Border): boolean {
  const { last, next, position, wordStarts } = border;
  if (!isLineBreak(border) || !wordStarts.has(position)) return false;
  // A year and the word for it.
  if (/^\p{Nd}/u.test(last) && !/^\p{Nd}/u.test(next)) return false;
  if (!/^\p{Script=Hiragana}/u.test(next)) return true;
  return !wordStarts.has(position + 1) && !wordStarts.has(position + 2);
}
