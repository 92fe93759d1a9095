/** A number with what makes it a figure: a currency, a percentage, a unit, or grouped digits. */
const number = '[−-]?\\d{1,3}(?:[.,\\u00a0\\u202f ’]\\d{3})*(?:[.,]\\d+)?|[−-]?\\d+(?:[.,]\\d+)?';
const scale =
  '(?:\\s?(?:thousand|million|billion|trillion|tausend|Millionen|Milliarden|Mio\\.?|Mrd\\.?|bn|mille|milliards?|millones))';
/** One letter right behind digits is a name or a plural: the 1960s, 3M. */
const unit =
  '(?:\\s?(?:%|‰|percent|per cent|Prozent|pour cent|€|EUR|USD|GBP|CHF|\\$|£|km²|km|kg|mg|cm|mm|m²|m³|°C|kWh|MWh|GWh|MW|GW|kW|GB|MB|TB|ms|hours?|days?|weeks?|months?|years?|Stunden?|Tage?n?|Wochen?|Monate?n?|Jahre?n?|heures?|jours?|mois|ans|people|Personen|employees|Mitarbeiter)|\\s[mgtsh])';
const figures = new RegExp(
  `(?<![\\p{L}\\p{N}.,])(?:(?:[€$£]|EUR|USD|CHF)\\s?(?:${number})${scale}?|(?:${number})(?:${scale}${unit}?|${unit}))(?![\\p{L}\\p{N}])`,
  'gu',
);

export interface FoundFigure {
  /** As it is written, but for its spaces. */
  readonly value: string;
  /** In the sentence, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** The figures of a sentence, in order. */
export function findFigures(sentence: string): FoundFigure[] {
  return [...sentence.matchAll(figures)].map(({ 0: found, index }) => ({
    value: found.replaceAll(/\s+/gu, ' ').trim(),
    start: index,
    end: index + found.length,
  }));
}

/** The words of the sentence around a figure, cut between words, with an ellipsis where something was left out. */
export function wordsAround(sentence: string, { start, end }: FoundFigure, most: number): string {
  if (sentence.length <= most) return sentence;
  const middle = (start + end) / 2;
  let from = Math.max(0, Math.min(Math.round(middle - most / 2), sentence.length - most));
  let to = Math.min(sentence.length, from + most);
  if (from > 0) {
    const space = sentence.indexOf(' ', from);
    from = space >= 0 && space < start ? space + 1 : from;
  }
  if (to < sentence.length) {
    const space = sentence.lastIndexOf(' ', to);
    to = space > end ? space : to;
  }
  return `${from > 0 ? '… ' : ''}${sentence.slice(from, to).trim()}${to < sentence.length ? ' …' : ''}`;
}
