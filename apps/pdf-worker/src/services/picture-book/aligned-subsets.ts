import fontkit from '@pdf-lib/fontkit';

/** The parts of fontkit's TrueType subset that this file needs; they are not in its type declarations. */
interface TrueTypeSubset {
  glyf: Uint8Array[];
  /** Bytes of glyph data so far. */
  offset: number;
  _addGlyph(glyphId: number): number;
}

/**
 * fontkit, with a defect of its subsets mended: it writes glyph data of any length, but a small font counts glyph
 * offsets in units of two bytes (OpenType, table `loca`), so after every glyph of odd length the next ones are read from
 * the wrong place and come out blank. Here each glyph is filled up to a multiple of four bytes.
 */
export const alignedFontkit = {
  create(data: Uint8Array) {
    const font = fontkit.create(data);
    const createSubset = font.createSubset.bind(font);
    font.createSubset = () => {
      const subset = createSubset();
      alignGlyphs(subset as unknown as TrueTypeSubset);
      return subset;
    };
    return font;
  },
};

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
