/** A passage that may be cited. */
export interface CitablePassage {
  readonly text: string;
}

/** Letters and digits that a quotation must have at least: fewer would be found anywhere. */
const shortestQuote = 8;
/** Of each piece around an omission. */
const shortestPiece = 4;

/**
 * Why the quoted words cannot be accepted, or undefined when they stand in the passage. Case, white space, hyphens at line ends,
 * ligatures, and the sort of quotation marks and dashes do not count; an omission (`…`, `[...]`) does not either, when what is around
 * it comes in that order.
 */
export function citationProblem(quote: string, passage: CitablePassage | undefined): string | undefined {
  if (passage === undefined) return 'there is no such passage';
  const text = comparable(passage.text);
  const whole = comparable(quote);
  if (whole.length < shortestQuote && whole !== text) return 'the quotation is too short to be checked';
  if (text.includes(whole)) return undefined;
  const pieces = quote.split(omission).map(comparable);
  if (pieces.length < 2 || pieces.some((piece) => piece.length < shortestPiece)) return notThere;
  let from = 0;
  for (const piece of pieces) {
    const at = text.indexOf(piece, from);
    if (at < 0) return notThere;
    from = at + piece.length;
  }
  return undefined;
}

const notThere = 'the quoted words are not in that passage';
const omission = /\s*(?:\[\s*(?:…|\.{3})\s*\]|\(\s*(?:…|\.{3})\s*\)|…|\.{3})\s*/u;

/** What of a text is compared: its letters, digits and signs that change a meaning, in their compatibility form, lower case. */
export function comparable(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{M}\p{N}%€$£+<>=&@#]/gu, '');
}
