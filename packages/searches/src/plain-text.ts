/** What other people's servers call text, as text: no markup, no controls, nothing that turns the line around. */
const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

export function plainText(html: string, most: number): string {
  const text = decoded(html.slice(0, 20 * most).replaceAll(/<\/?[A-Za-z!][^<>]*>/g, ' '));
  const clean = text
    // Controls, and the marks that change the direction of what follows.
    .replaceAll(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, ' ')
    .toWellFormed()
    .replaceAll(/\s+/gu, ' ')
    .trim();
  return clean.length <= most
    ? clean
    : `${clean
        .slice(0, most - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

/** Once: what was written as text with entities in it stays text. */
function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return named[name.toLowerCase()] ?? whole;
    const point = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return point <= 0x10_ff_ff && point > 0 ? String.fromCodePoint(point) : ' ';
  });
}
