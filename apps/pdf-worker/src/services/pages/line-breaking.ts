/** Width of a text in points. */
export type Measure = (text: string) => number;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * As few lines as fit `width`, filled from the first; a word that is wider than a line is cut between letters.
 *
 * A line keeps the space at which it was broken, which does not count in its width: put together, the lines are the
 * text again, also for someone who copies it out of the document.
 */
export function breakLines(text: string, width: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )/u)) {
    const longer = line + word;
    if (measure(longer.trimEnd()) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = measure(word.trimEnd()) <= width ? [word] : cutWord(word, width, measure);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** The same number of lines as `breakLines`, but of lengths as even as possible: no single word on the last line. */
export function balanceLines(text: string, width: number, measure: Measure): string[] {
  const filled = breakLines(text, width, measure);
  let tooNarrow = 0;
  let wide = width;
  while (wide - tooNarrow > 1) {
    const middle = (tooNarrow + wide) / 2;
    if (!hasCutWord(text, middle, measure) && breakLines(text, middle, measure).length <= filled.length) {
      wide = middle;
    } else {
      tooNarrow = middle;
    }
  }
  return breakLines(text, wide, measure);
}

/** True when some word does not fit `width` by itself. */
export function hasCutWord(text: string, width: number, measure: Measure): boolean {
  return text.split(' ').some((word) => measure(word) > width);
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
  const letters = Array.from(graphemes.segment(kept.at(-1) ?? ''), ({ segment }) => segment);
  while (letters.length > 0 && measure(`${letters.join('').trimEnd()}…`) > width) letters.pop();
  return [...kept.slice(0, -1), `${letters.join('').trimEnd()}…`];
}

function cutWord(word: string, width: number, measure: Measure): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(word)) {
    if (piece !== '' && measure((piece + segment).trimEnd()) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
