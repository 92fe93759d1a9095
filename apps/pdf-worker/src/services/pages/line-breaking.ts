import { graphemesOf } from '@pressroom/domain';
import { linePieces, phrasePieces } from './line-pieces.ts';

/** Width of a text in points. */
export type Measure = (text: string) => number;

/**
 * As few lines as fit `width`, filled from the first; a piece (see `linePieces`) that is wider than a line is cut between letters.
 *
 * A line keeps the space at which it was broken, which does not count in its width: put together, the lines are the
 * text again, also for someone who copies it out of the document.
 */
export function breakLines(text: string, width: number, measure: Measure): string[] {
  return fillLines(linePieces(text), width, measure);
}

/**
 * The same number of lines as `breakLines`, but of lengths as even as possible: no single word on the last line. Lines end between
 * phrases (see `phrasePieces`) where that takes no more of them.
 */
export function balanceLines(text: string, width: number, measure: Measure): string[] {
  const filled = breakLines(text, width, measure);
  const inPhrases = titleLines(text, width, measure, filled.length);
  return inPhrases ?? narrow(linePieces(text), width, measure, filled.length);
}

/** At most `most` lines of lengths as even as possible, each ending between phrases; undefined where that many do not hold the text. */
export function titleLines(
  text: string,
  width: number,
  measure: Measure,
  most: number,
): string[] | undefined {
  const phrases = phrasePieces(text);
  if (!fitsUncut(phrases, width, measure, most)) return undefined;
  return narrow(phrases, width, measure, fillLines(phrases, width, measure).length);
}

/** At most `limit` lines, the last one with an ellipsis when something was dropped. */
export function limitLines(
  lines: readonly string[],
  limit: number,
  width: number,
  measure: Measure,
): string[] {
  if (lines.length <= limit) return [...lines];
  const kept = lines.slice(0, limit);
  const letters = graphemesOf(kept.at(-1) ?? '');
  while (letters.length > 0 && measure(`${letters.join('').trimEnd()}…`) > width) letters.pop();
  return [...kept.slice(0, -1), `${letters.join('').trimEnd()}…`];
}

function fillLines(pieces: readonly string[], width: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    const longer = line + piece;
    if (measure(longer.trimEnd()) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const parts = measure(piece.trimEnd()) <= width ? [piece] : cutPiece(piece, width, measure);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1) ?? '';
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** Lines as short as they can be without becoming more than `count`. */
function narrow(pieces: readonly string[], width: number, measure: Measure, count: number): string[] {
  let tooNarrow = 0;
  let wide = width;
  while (wide - tooNarrow > 1) {
    const middle = (tooNarrow + wide) / 2;
    if (fitsUncut(pieces, middle, measure, count)) wide = middle;
    else tooNarrow = middle;
  }
  return fillLines(pieces, wide, measure);
}

function fitsUncut(pieces: readonly string[], width: number, measure: Measure, mostLines: number): boolean {
  const isCut = pieces.some((piece) => measure(piece.trimEnd()) > width);
  return !isCut && fillLines(pieces, width, measure).length <= mostLines;
}

function cutPiece(whole: string, width: number, measure: Measure): string[] {
  const parts: string[] = [];
  let part = '';
  for (const segment of graphemesOf(whole)) {
    if (part !== '' && measure((part + segment).trimEnd()) > width) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  if (part !== '') parts.push(part);
  return parts;
}
