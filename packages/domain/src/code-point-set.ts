/**
 * A set of code points, written down in few letters: a CJK font has thousands of gaps. The borders of the ranges, ascending, as
 * differences in base-64 digits of five bits each, the lowest first; a digit of 32 or more says that another one follows.
 */
export class CodePointSet {
  /** First code point of a range, first one after it, first of the next range, and so on. */
  readonly #borders: readonly number[];

  constructor(encoded: string) {
    this.#borders = decode(encoded);
  }

  has(codePoint: number): boolean {
    let low = 0;
    let high = this.#borders.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#borders[middle] ?? 0) <= codePoint) low = middle + 1;
      else high = middle;
    }
    return low % 2 === 1;
  }

  /** Whether every character of `text` is in the set. */
  hasAll(text: string): boolean {
    for (const character of text) if (!this.has(character.codePointAt(0) ?? 0)) return false;
    return true;
  }

  /** All of them, ascending. */
  *[Symbol.iterator](): Generator<number> {
    for (let index = 0; index < this.#borders.length; index += 2) {
      const end = this.#borders[index + 1] ?? 0;
      for (let point = this.#borders[index] ?? 0; point < end; point += 1) yield point;
    }
  }
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** @param codePoints ascending. */
export function encodeCodePoints(codePoints: Iterable<number>): string {
  const borders: number[] = [];
  for (const point of codePoints) {
    if (borders.at(-1) === point) borders[borders.length - 1] = point + 1;
    else borders.push(point, point + 1);
  }
  let encoded = '';
  let last = 0;
  for (const border of borders) {
    let rest = border - last;
    while (rest >= 32) {
      encoded += digits[32 + (rest % 32)] ?? '';
      rest = Math.floor(rest / 32);
    }
    encoded += digits[rest] ?? '';
    last = border;
  }
  return encoded;
}

function decode(encoded: string): number[] {
  const borders: number[] = [];
  let [last, value, unit] = [0, 0, 1];
  for (const letter of encoded) {
    const digit = digits.indexOf(letter);
    value += (digit % 32) * unit;
    unit *= 32;
    if (digit >= 32) continue;
    last += value;
    borders.push(last);
    [value, unit] = [0, 1];
  }
  return borders;
}
