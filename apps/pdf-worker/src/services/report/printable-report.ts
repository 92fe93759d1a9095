import { isPrintableCharacter, printableText } from '@pressroom/domain';
import type { Report } from '@pressroom/reports';

/** Stands for letters that the fonts do not have. */
const missing = '[…]';

export interface PrintableReport {
  readonly report: Report;
  /** Places where something could not be printed. */
  readonly gaps: number;
}

/**
 * The report with every text as it can be set. Documents may be in any script: what the fonts lack is marked, not refused, and the
 * caller says so.
 */
export function printableReport(report: Report): PrintableReport {
  let gaps = 0;
  const printable = (text: string): string => {
    let out = '';
    let open = false;
    for (const character of printableText(text)) {
      const isGood = isPrintableCharacter(character);
      if (isGood) out += character;
      else if (!open) {
        out += missing;
        gaps += 1;
      }
      // Spaces between two letters that are missing are no gap between two gaps.
      open = !isGood || (open && character === ' ');
    }
    return out.replaceAll(/\[…\](?:\s*\[…\])+/gu, missing);
  };
  const walk = (value: unknown, key?: string): unknown => {
    if (typeof value === 'string') return key === 'url' || key === 'chunkId' ? value : printable(value);
    if (Array.isArray(value)) return value.map((entry) => walk(entry));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, walk(entry, name)]));
  };
  // The same shape with other texts.
  return { report: walk(report) as Report, gaps };
}
