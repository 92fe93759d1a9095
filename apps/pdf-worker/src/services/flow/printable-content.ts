import { fontRuns, printableText } from '@pressroom/domain';

/** Stands for letters that the fonts do not have. */
const missing = '[…]';
/** Stands for a text of which hardly anything would be left. */
const unreadable = '[in letters that the fonts of this document do not have]';
/** Of a text's letters: when fewer can be shown, none are. */
const leastShown = 0.5;
/** Where gaps stand closer than this, as in a script of which the fonts have every other letter, nobody can read between them. */
const lettersPerHole = 8;
const fewHoles = 2;

export interface PrintableContent<Content> {
  readonly content: Content;
  /** Places where something could not be printed. */
  readonly gaps: number;
}

/**
 * The content with every text as it can be set. Documents may be in any script: what the fonts lack is marked, not refused, and the
 * caller says so. Addresses and the passages' ids stay as they are.
 */
export function printableContent<Content>(content: Content): PrintableContent<Content> {
  let gaps = 0;
  const printable = (text: string): string => {
    let out = '';
    let [letters, shown, holes] = [0, 0, 0];
    // Spaces between two letters that are missing are no gap between two gaps.
    let isOpen = false;
    for (const { text: part, fontSet } of fontRuns(printableText(text))) {
      const count = part.match(/[\p{L}\p{M}]/gu)?.length ?? 0;
      letters += count;
      if (fontSet !== undefined) {
        shown += count;
        out += part;
        isOpen &&= /^ +$/.test(part);
      } else if (!isOpen) {
        out += missing;
        holes += 1;
        isOpen = true;
      }
    }
    gaps += holes;
    if (shown < letters * leastShown || holes > Math.max(fewHoles, letters / lettersPerHole))
      return unreadable;
    return out.replaceAll(/\[…\](?:\s*\[…\])+/gu, missing);
  };
  const walk = (value: unknown, key?: string): unknown => {
    if (typeof value === 'string') {
      if (key === 'url' || key === 'chunkId') return value;
      return value.split(/\n+/).map(printable).join('\n').trim();
    }
    if (Array.isArray(value)) return value.map((entry) => walk(entry));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, walk(entry, name)]));
  };
  // The same shape with other texts.
  return { content: walk(content) as Content, gaps };
}
