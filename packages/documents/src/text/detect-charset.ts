import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import iconv from 'iconv-lite';

/** Bytes of the beginning that decide on the encoding. */
export const charsetSampleBytes = 64 * 1024;

const byteOrderMarks = [
  { start: [0xef, 0xbb, 0xbf], charset: 'utf-8' },
  { start: [0xff, 0xfe, 0x00, 0x00], charset: 'utf-32le' },
  { start: [0x00, 0x00, 0xfe, 0xff], charset: 'utf-32be' },
  { start: [0xff, 0xfe], charset: 'utf-16le' },
  { start: [0xfe, 0xff], charset: 'utf-16be' },
] as const;

/**
 * The encoding of a text from its first bytes: a byte order mark, else UTF-8 when the bytes are valid as that, else what the
 * text declares if iconv knows it, else the guess that fits the language's letters best. Undefined when the bytes are no text.
 */
export function detectCharset(sample: Uint8Array, declared?: string): string | undefined {
  const mark = byteOrderMarks.find(({ start }) => start.every((byte, at) => sample[at] === byte));
  if (mark !== undefined) return mark.charset;
  const wide = wideCharset(sample);
  if (wide !== undefined) return wide;
  if (hasControlBytes(sample)) return undefined;
  if (isCutUtf8(sample)) return 'utf-8';
  if (declared !== undefined && iconv.encodingExists(declared) && !/^utf-?8$/i.test(declared))
    return declared.toLowerCase();
  return guessed(sample);
}

/** UTF-16 without a mark: nearly every second byte of Latin, Greek or Cyrillic text is the same small one. */
function wideCharset(sample: Uint8Array): string | undefined {
  const pairs = Math.min(sample.length >> 1, 2_048);
  if (pairs < 4) return undefined;
  const small = { even: 0, odd: 0 };
  for (let at = 0; at < pairs; at++) {
    if ((sample[2 * at] ?? 255) < 6) small.even++;
    if ((sample[2 * at + 1] ?? 255) < 6) small.odd++;
  }
  if (small.odd > pairs * 0.8 && small.even < pairs * 0.2) return 'utf-16le';
  if (small.even > pairs * 0.8 && small.odd < pairs * 0.2) return 'utf-16be';
  return undefined;
}

/** Tab, line ends, form feed, escape (ISO-2022) and the old end-of-file mark occur in text; the others do not. */
function hasControlBytes(sample: Uint8Array): boolean {
  return sample.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27 && byte !== 26));
}

/** Up to three bytes at the end may be the beginning of a character that the sample cuts. */
function isCutUtf8(sample: Uint8Array): boolean {
  const cuts = sample.length >= charsetSampleBytes ? [0, 1, 2, 3] : [0];
  return cuts.some((cut) => isUtf8(sample.subarray(0, sample.length - cut)));
}

/** The best guess that iconv can read. A guess at ASCII's Western superset is read as Windows does, as browsers do too. */
function guessed(sample: Uint8Array): string {
  if (looksLikeDosCyrillic(sample)) return 'cp866';
  for (const { name } of analyse(sample)) {
    if (/^(?:utf-8|ascii)$/i.test(name)) continue;
    if (/^iso-8859-1$/i.test(name)) return 'windows-1252';
    if (iconv.encodingExists(name)) return name.toLowerCase();
  }
  return 'windows-1252';
}

/**
 * The encoding of Russian MS-DOS, which the detector does not know: small letters are 0xA0–0xAF and 0xE0–0xEF there. Where nearly
 * all high bytes of a text are those or capitals (0x80–0x9F), it is that: in the Windows and Unix encodings letters fill other rows.
 */
function looksLikeDosCyrillic(sample: Uint8Array): boolean {
  let high = 0;
  let small = 0;
  let capital = 0;
  for (const byte of sample) {
    if (byte < 0x80) continue;
    high++;
    if ((byte >= 0xa0 && byte <= 0xaf) || (byte >= 0xe0 && byte <= 0xef)) small++;
    else if (byte <= 0x9f) capital++;
  }
  const lowRow = sample.reduce((sum, byte) => sum + (byte >= 0xa0 && byte <= 0xaf ? 1 : 0), 0);
  return high >= 20 && small + capital > high * 0.98 && small > capital * 3 && lowRow > high * 0.4;
}
