import { graphemesOf, PressroomError } from '@pressroom/domain';
import { CustomFontSubsetEmbedder, type PDFContext, PDFHexString, type PDFRef } from 'pdf-lib';
import { type FontFile, type FontName, fontFiles } from './font-files.ts';
import { type GlyphGroup, type GlyphRun, glyphGroups } from './glyph-groups.ts';
import { openFont } from './parsed-fonts.ts';
import { divideUnicodeMap } from './unicode-map.ts';

type Font = CustomFontSubsetEmbedder['font'];

/** The library's own way to open a subset waits for a parser that may be slow; a font that is parsed already needs no waiting. */
const Embedder = CustomFontSubsetEmbedder as unknown as new (
  font: Font,
  fontData: Uint8Array,
  customName: string,
  features: CustomFontSubsetEmbedder['fontFeatures'],
) => CustomFontSubsetEmbedder;

/**
 * One font of the document, of which only the letters that were shown are embedded.
 *
 * Text is shown with the kerning and mark positions of the font itself, which the library's own `drawText` leaves out:
 * there, an accent that has no composed letter would stand beside its letter.
 */
export class EmbeddedFont {
  readonly ref: PDFRef;
  readonly resourceName: string;
  readonly #context: PDFContext;
  readonly #embedder: CustomFontSubsetEmbedder;
  readonly #file: FontFile;
  readonly #widths = new Map<string, number>();
  readonly #glyphIds = new Map<string, readonly number[]>();
  #isShown = false;

  constructor(context: PDFContext, name: FontName) {
    this.#file = fontFiles[name];
    // The bytes are only for embedding a whole font, which a subset never does.
    const unread = new Uint8Array();
    const features = this.#file.spacing === 'even' ? { kern: false } : undefined;
    this.#embedder = new Embedder(openFont(name), unread, this.#file.embeddedName, features);
    this.#context = context;
    this.ref = context.nextRef();
    this.resourceName = `F-${name}`;
  }

  /** Width in points, kerning included. */
  width(text: string, size: number): number {
    if (this.#file.spacing === 'kerned') return (this.#unitWidth(text) * size) / 1_000;
    // A line of ideographs is measured after each of them: to lay it out as often would take longer than everything else.
    let width = 0;
    for (const segment of graphemesOf(text)) width += this.#unitWidth(segment);
    return (width * size) / 1_000;
  }

  /** Height of a capital letter in points. */
  capHeight(size: number): number {
    return (this.#embedder.font.capHeight * this.#embedder.scale * size) / 1_000;
  }

  /**
   * The operators that show `text` in the current text object, with this font chosen.
   *
   * @throws `unsupported-script` when the font lacks a letter: the last guard against boxes on paper.
   */
  show(text: string, size: number): string {
    const run = this.#layout(text);
    const { glyphs, positions } = run;
    if (glyphs.some((glyph) => glyph.id === 0)) {
      throw new PressroomError('unsupported-script', `The fonts lack a letter of “${text}”`);
    }
    this.#isShown = true;
    const codes = this.#embedder.encodeText(text).asString();
    const { scale } = this.#embedder;
    const operators: string[] = [];
    let rise = 0;
    for (const { from, to, copiedAs } of this.#groups(text, run)) {
      if (copiedAs !== undefined)
        operators.push(`/Span <</ActualText ${PDFHexString.fromText(copiedAs).toString()}>> BDC`);
      let array = '';
      for (const [offset, glyph] of glyphs.slice(from, to).entries()) {
        const index = from + offset;
        const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[index] ?? {};
        if (yOffset !== rise) {
          operators.push(`[${array}] TJ`, `${round((yOffset * scale * size) / 1_000)} Ts`);
          array = '';
          rise = yOffset;
        }
        if (xOffset !== 0) array += ` ${round(-xOffset * scale)} `;
        array += `<${codes.slice(index * 4, index * 4 + 4)}>`;
        const correction = glyph.advanceWidth + xOffset - xAdvance;
        if (correction !== 0) array += ` ${round(correction * scale)} `;
      }
      operators.push(`[${array.replaceAll('><', '')}] TJ`);
      if (copiedAs !== undefined) operators.push('EMC');
    }
    if (rise !== 0) operators.push('0 Ts');
    return operators.join('\n');
  }

  /** Writes the letters that were shown into the document, if any were; to be called once, after the last page. */
  async embedIfShown(): Promise<void> {
    if (!this.#isShown) return;
    await this.#embedder.embedIntoContext(this.#context, this.ref);
    divideUnicodeMap(this.#context, this.ref);
  }

  /** Of text that is laid out as one, in thousandths of the size. */
  #unitWidth(text: string): number {
    let width = this.#widths.get(text);
    if (width === undefined) {
      const { positions } = this.#layout(text);
      width = positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0) * this.#embedder.scale;
      this.#widths.set(text, width);
    }
    return width;
  }

  /**
   * A glyph is copied as the letters for which it was made first. Where several letters share one (a radical and the ideograph that
   * it is), or one letter is shown by several, the plain ones come first, so that a reader without `ActualText` copies those.
   */
  #layout(text: string): GlyphRun {
    const { font, fontFeatures } = this.#embedder;
    if (this.#file.isFallback) font.glyphsForString(text.normalize('NFKD'));
    return font.layout(text, fontFeatures);
  }

  #groups(text: string, run: GlyphRun): readonly GlyphGroup[] {
    if (!this.#file.isFallback) return [{ from: 0, to: run.glyphs.length }];
    return glyphGroups(text, run, (letter) => this.#idsOf(letter));
  }

  #idsOf(cluster: string): readonly number[] {
    let ids = this.#glyphIds.get(cluster);
    if (ids === undefined) {
      ids = this.#layout(cluster).glyphs.map(({ id }) => id);
      this.#glyphIds.set(cluster, ids);
    }
    return ids;
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
