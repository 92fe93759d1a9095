import { PressroomError } from '@pressroom/domain';
import { CustomFontSubsetEmbedder, type PDFContext, type PDFRef } from 'pdf-lib';
import { type FaceName, fontFiles } from './font-files.ts';
import { openFont } from './parsed-fonts.ts';

/**
 * One font of the document, of which only the letters that were shown are embedded.
 *
 * Text is shown with the kerning and mark positions of the font itself, which the library's own `drawText` leaves out:
 * there, an accent that has no composed letter would stand beside its letter.
 */
export class Typeface {
  readonly ref: PDFRef;
  readonly resourceName: string;
  readonly #context: PDFContext;
  readonly #embedder: CustomFontSubsetEmbedder;
  readonly #widths = new Map<string, number>();
  #isShown = false;

  private constructor(context: PDFContext, face: FaceName, embedder: CustomFontSubsetEmbedder) {
    this.#context = context;
    this.#embedder = embedder;
    this.ref = context.nextRef();
    this.resourceName = `F-${face}`;
  }

  static async open(context: PDFContext, face: FaceName): Promise<Typeface> {
    const font = await openFont(face);
    // The bytes are only for embedding a whole font, which a subset never does.
    const unread = new Uint8Array();
    const parser = { create: () => font };
    const embedder = await CustomFontSubsetEmbedder.for(parser, unread, fontFiles[face].embeddedName);
    return new Typeface(context, face, embedder);
  }

  /** Width in points, kerning included. */
  width(text: string, size: number): number {
    let width = this.#widths.get(text);
    if (width === undefined) {
      const { positions } = this.#embedder.font.layout(text);
      width = positions.reduce((sum, position) => sum + position.xAdvance, 0) * this.#embedder.scale;
      this.#widths.set(text, width);
    }
    return (width * size) / 1_000;
  }

  /** Height of a capital letter in points. */
  capHeight(size: number): number {
    return (this.#embedder.font.capHeight * this.#embedder.scale * size) / 1_000;
  }

  /**
   * The operators that show `text` in the current text object.
   *
   * @throws `unsupported-script` when the font lacks a letter: the last guard against boxes on paper.
   */
  show(text: string, size: number): string {
    const { glyphs, positions } = this.#embedder.font.layout(text);
    if (glyphs.some((glyph) => glyph.id === 0)) {
      throw new PressroomError('unsupported-script', `The fonts lack a letter of “${text}”`);
    }
    this.#isShown = true;
    const codes = this.#embedder.encodeText(text).asString();
    const { scale } = this.#embedder;
    const operators: string[] = [];
    let array = '';
    let rise = 0;
    for (const [index, glyph] of glyphs.entries()) {
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
    if (rise !== 0) operators.push('0 Ts');
    return operators.join('\n');
  }

  /** Writes the letters that were shown into the document, if any were; to be called once, after the last page. */
  async embedIfShown(): Promise<void> {
    if (this.#isShown) await this.#embedder.embedIntoContext(this.#context, this.ref);
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
