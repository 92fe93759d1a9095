import type { PDFContext } from 'pdf-lib';
import { EmbeddedFont } from './embedded-font.ts';
import type { FontName } from './font-files.ts';

/** The fonts of one document, each opened when it is first needed: to read one of ideographs takes as long as setting a small book. */
export class DocumentFonts {
  readonly #context: PDFContext;
  readonly #fonts = new Map<FontName, EmbeddedFont>();

  constructor(context: PDFContext) {
    this.#context = context;
  }

  get(name: FontName): EmbeddedFont {
    let font = this.#fonts.get(name);
    if (font === undefined) {
      font = new EmbeddedFont(this.#context, name);
      this.#fonts.set(name, font);
    }
    return font;
  }

  /** Writes the letters that were shown into the document; to be called once, after the last page. */
  async embedShown(): Promise<void> {
    for (const font of this.#fonts.values()) await font.embedIfShown();
  }
}
