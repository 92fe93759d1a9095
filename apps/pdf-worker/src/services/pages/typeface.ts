import { type FontRun, fontRuns } from '@pressroom/domain';
import type { DocumentFonts } from './document-fonts.ts';
import type { EmbeddedFont } from './embedded-font.ts';
import { type FaceName, fontOf } from './font-files.ts';

/** A part of a text, and the operators that show it in the current text object once its font is chosen. */
export interface ShownRun {
  readonly font: EmbeddedFont;
  readonly operators: string;
}

/** A face of the document: a font of its own, and others for the letters that it lacks. */
export class Typeface {
  readonly #fonts: DocumentFonts;
  readonly #name: FaceName;
  readonly #own: EmbeddedFont;

  constructor(fonts: DocumentFonts, name: FaceName) {
    this.#fonts = fonts;
    this.#name = name;
    this.#own = fonts.get(name);
  }

  /** The face for a paragraph: upright where it has a script without italics, since digits and names in it would lean alone. */
  forText(text: string): Typeface {
    if (this.#name !== 'serifItalic' || fontRuns(text).every(({ fontSet }) => fontSet === 'european'))
      return this;
    return new Typeface(this.#fonts, 'serif');
  }

  /** Width in points, kerning included. */
  width(text: string, size: number): number {
    let width = 0;
    for (const run of fontRuns(text)) width += this.#fontOf(run).width(run.text, size);
    return width;
  }

  /** Height of a capital letter in points. */
  capHeight(size: number): number {
    return this.#own.capHeight(size);
  }

  /**
   * The text as it is shown, one run after the other.
   *
   * @throws `unsupported-script` when no font has a letter.
   */
  show(text: string, size: number): readonly ShownRun[] {
    return fontRuns(text).map((run) => {
      const font = this.#fontOf(run);
      return { font, operators: font.show(run.text, size) };
    });
  }

  /** What no font has is left to the face itself, which refuses to show it. */
  #fontOf({ fontSet }: FontRun): EmbeddedFont {
    return fontSet === undefined ? this.#own : this.#fonts.get(fontOf(this.#name, fontSet));
  }
}
