import type { PageSize } from '@pressroom/domain';
import { PDFDocument, type PDFRef } from 'pdf-lib';
import { Canvas, ink, type TextStyle } from './canvas.ts';
import { DocumentFonts } from './document-fonts.ts';
import { type FaceName, faceNames } from './font-files.ts';
import { type PageGeometry, pageGeometries } from './page-geometry.ts';
import { type StructureOptions, StructureTree } from './structure-tree.ts';
import { Typeface } from './typeface.ts';

export interface Bookmark {
  readonly title: string;
  readonly page: PDFRef;
  readonly children: readonly Bookmark[];
}

/** Points: smaller letters are hard to read on paper. */
const smallestSize = 7;

/** What every sort of document says of itself. */
export interface PageContent {
  /** BCP 47. */
  readonly language: string;
  readonly pageSize: PageSize;
}

/** The document in the making: its pages so far, its faces, tags and bookmarks. */
export class PageDocument<Content extends PageContent> {
  readonly structure = new StructureTree();
  readonly bookmarks: Bookmark[] = [];
  readonly pdf: PDFDocument;
  readonly content: Content;
  readonly #fonts: DocumentFonts;
  readonly #faces: Readonly<Record<FaceName, Typeface>>;
  readonly geometry: PageGeometry;
  /** The language tag of what the document itself adds, where the document is in another language. */
  readonly furniture: StructureOptions;

  private constructor(pdf: PDFDocument, content: Content) {
    this.pdf = pdf;
    this.content = content;
    const fonts = new DocumentFonts(pdf.context);
    this.#fonts = fonts;
    const faces = faceNames.map((name) => [name, new Typeface(fonts, name)] as const);
    this.#faces = Object.fromEntries(faces) as Record<FaceName, Typeface>;
    this.geometry = pageGeometries[content.pageSize];
    this.furniture = /^en(-|$)/i.test(content.language) ? {} : { language: 'en' };
  }

  static async create<Content extends PageContent>(content: Content): Promise<PageDocument<Content>> {
    const pdf = await PDFDocument.create({ updateMetadata: false });
    return new PageDocument(pdf, content);
  }

  get pageCount(): number {
    return this.pdf.getPageCount();
  }

  /** A new page; with its number at the foot, unless `isNumbered` is false. */
  addPage(isNumbered = true): Canvas {
    const page = this.pdf.addPage([this.geometry.width, this.geometry.height]);
    const canvas = new Canvas(this.pdf.context, page, this.structure);
    if (isNumbered) this.#drawFolio(canvas);
    return canvas;
  }

  /** `size` and `leading` in points on A4; smaller on a smaller page, but not too small to be read. */
  style(face: FaceName, size: number, leading: number, grey: number = ink.text, tracking = 0): TextStyle {
    const factor = Math.max(this.geometry.scale, Math.min(1, smallestSize / size));
    return {
      face: this.#faces[face],
      size: size * factor,
      leading: leading * factor,
      grey,
      tracking: tracking * factor,
    };
  }

  /** Writes the letters that were shown into the document; to be called once, after the last page. */
  async embedFonts(): Promise<void> {
    await this.#fonts.embedShown();
  }

  #drawFolio(canvas: Canvas): void {
    const { width, folio, scale } = this.geometry;
    const style = this.style('sans', 9, 12, ink.quiet);
    canvas.artifact('Pagination', () => {
      canvas.rule(width / 2 - 9 * scale, folio + 15 * scale, 18 * scale);
      canvas.text([String(this.pageCount)], width / 2, folio, style, 'centre');
    });
  }
}
