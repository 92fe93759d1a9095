import type { PageSize } from '@pressroom/domain';
import { PDFDocument, type PDFRef } from 'pdf-lib';
import { Canvas, ink, type TextStyle } from './canvas.ts';
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
  readonly faces: Readonly<Record<FaceName, Typeface>>;
  readonly geometry: PageGeometry;
  /** The language tag of what the document itself adds, where the document is in another language. */
  readonly furniture: StructureOptions;

  private constructor(pdf: PDFDocument, content: Content, faces: Readonly<Record<FaceName, Typeface>>) {
    this.pdf = pdf;
    this.content = content;
    this.faces = faces;
    this.geometry = pageGeometries[content.pageSize];
    this.furniture = /^en(-|$)/i.test(content.language) ? {} : { language: 'en' };
  }

  static async create<Content extends PageContent>(content: Content): Promise<PageDocument<Content>> {
    const pdf = await PDFDocument.create({ updateMetadata: false });
    const faces: Partial<Record<FaceName, Typeface>> = {};
    for (const name of faceNames) faces[name] = await Typeface.open(pdf.context, name);
    return new PageDocument(pdf, content, faces as Record<FaceName, Typeface>);
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
      face: this.faces[face],
      size: size * factor,
      leading: leading * factor,
      grey,
      tracking: tracking * factor,
    };
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
