/** A number with what makes it a figure: a currency, a percentage, a unit, or grouped digits. */
const number = '[−-]?\\d{1,3}(?:[.,\\u00a0\\u202f ’]\\d{3})*(?:[.,]\\d+)?|[−-]?\\d+(?:[.,]\\d+)?';
const scale =
  '(?:\\s?(?:thousand|million|billion|trillion|tausend|Millionen|Milliarden|Mio\\.?|Mrd\\.?|bn|mille|milliards?|millones))';
const unit =
  '(?:%|‰|percent|per cent|Prozent|pour cent|€|EUR|USD|GBP|CHF|\\$|£|km²|km|kg|mg|cm|mm|m²|m³|m|g|t|°C|kWh|MWh|GWh|MW|GW|kW|GB|MB|TB|ms|s|h|hours?|days?|weeks?|months?|years?|Stunden?|Tage?n?|Wochen?|Monate?n?|Jahre?n?|heures?|jours?|mois|ans|people|Personen|employees|Mitarbeiter)';
const figures = new RegExp(
  `(?<![\\p{L}\\p{N}.,])(?:(?:[€$£]|EUR|USD|CHF)\\s?(?:${number})${scale}?|(?:${number})(?:${scale}(?:\\s?${unit})?|\\s?${unit}))(?![\\p{L}\\p{N}])`,
  'gu',
);

/** The figures of a sentence as they are written. */
export function findFigures(sentence: string): string[] {
  return [...sentence.matchAll(figures)].map(([found]) => found.replaceAll(/\s+/gu, ' ').trim());
}
