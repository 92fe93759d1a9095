import { readFileSync } from 'node:fs';
import fontkit from '@pdf-lib/fontkit';
import { type FontName, fontFiles } from './font-files.ts';

export type ParsedFont = ReturnType<typeof fontkit.create>;

/** The parts of fontkit's objects that this file needs; they are not in its type declarations. */
interface FontInternals {
  /** Glyphs made so far, each with the letters that it was first made for. */
  _glyphs: Record<number, unknown>;
}
interface TrueTypeSubset {
  glyf: Uint8Array[];
  /** Bytes of glyph data so far. */
  offset: number;
  _addGlyph(glyphId: number): number;
}

/** Reading the layout tables takes longer than setting a small book, so that a thread does it once, and only for fonts that it needs. */
const parsed = new Map<FontName, ParsedFont>();

/**
 * A font for one document: with no memory of what an earlier document showed, which would change its bytes.
 *
 * Reads the file without giving way: whether a text needs another font comes out while it is measured, and the thread does nothing else.
 */
export function openFont(name: FontName): ParsedFont {
  let font = parsed.get(name);
  if (font === undefined) {
    font = withAlignedSubsets(fontkit.create(readFileSync(fontFiles[name].path)));
    parsed.set(name, font);
  }
  (font as unknown as FontInternals)._glyphs = {};
  return font;
}

/**
 * Mends a defect of fontkit's subsets: it writes glyph data of any length, but a small font counts glyph offsets in
 * units of two bytes (OpenType, table `loca`), so after a glyph of odd length the next ones are read from the wrong
 * place and come out blank. Here each glyph is filled up to a multiple of four bytes.
 */
function withAlignedSubsets(font: ParsedFont): ParsedFont {
  const createSubset = font.createSubset.bind(font);
  font.createSubset = () => {
    const subset = createSubset();
    alignGlyphs(subset as unknown as TrueTypeSubset);
    return subset;
  };
  return font;
}

function alignGlyphs(subset: TrueTypeSubset): void {
  const addGlyph = subset._addGlyph.bind(subset);
  subset._addGlyph = (glyphId) => {
    const position = addGlyph(glyphId);
    const glyph = subset.glyf[position];
    const missing = glyph === undefined ? 0 : -glyph.length & 3;
    if (glyph !== undefined && missing > 0) {
      const filled = new Uint8Array(glyph.length + missing);
      filled.set(glyph);
      // fontkit brings a Buffer class of its own, and its streams refuse any other.
      Object.setPrototypeOf(filled, Object.getPrototypeOf(glyph) as object);
      subset.glyf[position] = filled;
      subset.offset += missing;
    }
    return position;
  };
}
