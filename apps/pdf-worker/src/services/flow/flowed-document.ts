import type { PDFRef } from 'pdf-lib';
import { type Canvas, ink, type LinkTarget, type TextStyle, textWidth } from '../pages/canvas.ts';
import { breakLines } from '../pages/line-breaking.ts';
import type { PageContent, PageDocument } from '../pages/page-document.ts';
import { contentBox } from '../pages/page-geometry.ts';
import type { StructureElement, StructureType } from '../pages/structure-tree.ts';
import type { Piece } from './piece.ts';

/** Where anchors have come to stand; filled when the pages are laid out, before anything is drawn. */
export type Places = Map<
  string,
  { readonly page: PDFRef; readonly pageNumber: number; readonly top: number }
>;

export interface FlowStyles {
  readonly heading: TextStyle;
  readonly title: TextStyle;
  readonly text: TextStyle;
  readonly quote: TextStyle;
  readonly small: TextStyle;
  readonly label: TextStyle;
}

/** A document of running text in the making, with what all of its sections use. */
export interface FlowedDocument<Content extends PageContent = PageContent> {
  readonly document: PageDocument<Content>;
  readonly styles: FlowStyles;
  readonly places: Places;
  readonly left: number;
  readonly width: number;
  /** What type sizes and gaps are multiplied with. */
  readonly scale: number;
}

export function openFlowedDocument<Content extends PageContent>(
  document: PageDocument<Content>,
): FlowedDocument<Content> {
  const { x, width } = contentBox(document.geometry);
  return {
    document,
    places: new Map(),
    left: x,
    width,
    scale: document.geometry.scale,
    styles: {
      heading: document.style('serifMedium', 19, 24),
      title: document.style('serifMedium', 12, 16),
      text: document.style('serif', 10.5, 15.2),
      quote: document.style('serifItalic', 10, 14.2, ink.text),
      small: document.style('sans', 8.5, 12, ink.quiet),
      label: document.style('sansMedium', 8.5, 12, ink.text),
    },
  };
}

export interface TextOptions {
  readonly section: string;
  readonly style: TextStyle;
  readonly above: number;
  /** Indent from the left margin, in points. */
  readonly indent?: number;
  readonly width?: number;
  readonly withNext?: boolean;
  readonly anchor?: string;
  /** Called for the first line: marks and numbers beside it. */
  readonly beside?: (canvas: Canvas, baseline: number) => void;
  readonly target?: LinkTarget | (() => LinkTarget | undefined);
}

/** The lines of a paragraph, as pieces that all belong to one tag. One line alone is never left at the head or foot of a page. */
export function paragraph(
  { left, width: full }: FlowedDocument,
  element: StructureElement,
  text: string,
  options: TextOptions,
): Piece[] {
  const { indent = 0, section, target } = options;
  const style = { ...options.style, face: options.style.face.forText(text) };
  const width = (options.width ?? full) - indent;
  const lines = breakLines(text, width, (part) => style.face.width(part, style.size));
  return lines.map((line, index) => ({
    section,
    height: style.leading,
    above: index === 0 ? options.above : 0,
    withNext:
      (index === 0 && lines.length > 1) ||
      index === lines.length - 2 ||
      (index === lines.length - 1 && options.withNext === true),
    anchor: index === 0 ? options.anchor : undefined,
    draw: (canvas, top) => {
      const baseline = top - style.leading * 0.78;
      canvas.tagged(element, () => canvas.text([line], left + indent, baseline, style));
      if (index === 0) options.beside?.(canvas, baseline);
      const to = typeof target === 'function' ? target() : target;
      if (to === undefined) return;
      const box = {
        x: left + indent,
        y: baseline - style.size * 0.25,
        width: textWidth(line, style),
        height: style.size,
      };
      canvas.link(element, box, to, text);
    },
  }));
}

/** A section's heading, to be followed by something on the same page; a bookmark leads to it. */
export function sectionHeading(
  flowed: FlowedDocument,
  owner: StructureElement,
  title: string,
  anchor: string,
): Piece[] {
  const { document, styles, left, width, scale } = flowed;
  const element = owner.add('H2', document.furniture);
  const [first, ...rest] = paragraph(flowed, element, title, {
    section: title,
    style: styles.heading,
    above: 30 * scale,
    anchor,
    withNext: true,
  });
  const rule: Piece = {
    section: title,
    height: 10 * scale,
    above: 0,
    withNext: true,
    draw: (canvas, top) => canvas.artifact('Layout', () => canvas.rule(left, top - 3 * scale, width)),
  };
  return first === undefined ? [] : [first, ...rest, rule];
}

export function tag(owner: StructureElement, type: StructureType, flowed: FlowedDocument): StructureElement {
  return owner.add(type, flowed.document.furniture);
}
