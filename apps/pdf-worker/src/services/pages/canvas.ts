import { type PDFContext, PDFHexString, PDFName, type PDFPage, type PDFRef, PDFString } from 'pdf-lib';
import type { EmbeddedFont } from './embedded-font.ts';
import type { Box } from './page-geometry.ts';
import type { StructureElement, StructureTree } from './structure-tree.ts';
import type { Typeface } from './typeface.ts';

export interface TextStyle {
  readonly face: Typeface;
  /** Points. */
  readonly size: number;
  /** From baseline to baseline, in points. */
  readonly leading: number;
  /** 0 black to 1 white. */
  readonly grey: number;
  /** Added after every letter, in points. */
  readonly tracking?: number;
}

/** A place on a page, in points from its foot, or an address. */
export type LinkTarget = { readonly page: PDFRef; readonly top: number } | { readonly url: string };

export const ink = { text: 0.12, quiet: 0.4, rule: 0.7 } as const;
export const hairline = 0.4;

/** The content of one page: every stroke on it belongs either to a tag or to the page's furniture (an artifact). */
export class Canvas {
  readonly page: PDFPage;
  readonly #context: PDFContext;
  readonly #structure: StructureTree;
  readonly #pageKey: number;
  readonly #operators: string[] = [];
  readonly #fonts = new Map<string, PDFRef>();
  readonly #images = new Map<string, PDFRef>();
  readonly #annotations: PDFRef[] = [];

  constructor(context: PDFContext, page: PDFPage, structure: StructureTree) {
    this.page = page;
    this.#context = context;
    this.#structure = structure;
    this.#pageKey = structure.addPage();
  }

  /** What `draw` draws is the content of `element`. */
  tagged(element: StructureElement, draw: () => void): void {
    const id = this.#structure.mark(this.#pageKey, this.page.ref, element);
    this.#operators.push(`/${element.type} <</MCID ${id}>> BDC`);
    draw();
    this.#operators.push('EMC');
  }

  /** What `draw` draws is left out when the page is read aloud. */
  artifact(kind: 'Pagination' | 'Layout', draw: () => void): void {
    this.#operators.push(`/Artifact <</Type /${kind}>> BDC`);
    draw();
    this.#operators.push('EMC');
  }

  /**
   * What `draw` draws stands on the page turned a quarter, its top at the left edge, as sideways figures do in books. Inside, `x`
   * runs up the page from its lower edge, and `y` to the left from its right edge.
   */
  turned(draw: () => void): void {
    this.#operators.push(`q 0 1 -1 0 ${number(this.page.getWidth())} 0 cm`);
    draw();
    this.#operators.push('Q');
  }

  /** Lines of text from the first baseline `y` down; `x` is the left edge, or the axis of centred lines. */
  text(
    lines: readonly string[],
    x: number,
    y: number,
    style: TextStyle,
    align: 'left' | 'centre' = 'left',
  ): void {
    const { face, size, leading, grey, tracking = 0 } = style;
    const shown = lines.map((line) => face.show(line, size));
    const first = shown.flat()[0];
    if (first === undefined) return;
    // Only a font that shows something is named: it is the only sort that the document has in the end.
    const choose = ({ resourceName, ref }: EmbeddedFont): string => {
      this.#fonts.set(resourceName, ref);
      return `/${resourceName} ${number(size)} Tf`;
    };
    let chosen = first.font;
    const operators = [`BT ${choose(chosen)} ${number(grey)} g ${number(tracking)} Tc`];
    for (const [index, runs] of shown.entries()) {
      const left = align === 'left' ? x : x - textWidth(lines[index] ?? '', style) / 2;
      operators.push(`1 0 0 1 ${number(left)} ${number(y - index * leading)} Tm`);
      for (const { font, operators: showing } of runs) {
        if (font !== chosen) operators.push(choose(font));
        chosen = font;
        operators.push(showing);
      }
    }
    this.#operators.push(...operators, 'ET');
  }

  rule(x: number, y: number, width: number, grey: number = ink.rule): void {
    this.#operators.push(
      `q ${hairline} w ${grey} G ${number(x)} ${number(y)} m ${number(x + width)} ${number(y)} l S Q`,
    );
  }

  frame(box: Box, grey: number = ink.rule): void {
    this.#operators.push(`q ${hairline} w ${grey} G ${rectangle(box)} re S Q`);
  }

  fill(box: Box, grey: number): void {
    this.#operators.push(`q ${grey} g ${rectangle(box)} re f Q`);
  }

  /** Where a click on `box` leads: to a place on a page of this document, or to an address. `element` is what is clicked on. */
  link(element: StructureElement, box: Box, target: LinkTarget, description: string): void {
    const context = this.#context;
    const ref = context.nextRef();
    const key = this.#structure.link(this.page.ref, ref, element);
    const { x, y, width, height } = box;
    const action =
      'url' in target
        ? { A: { Type: 'Action', S: 'URI', URI: PDFString.of(escapeString(target.url)) } }
        : { Dest: [target.page, 'XYZ', 0, round(target.top), null] };
    const dict = context.obj({
      Type: 'Annot',
      Subtype: 'Link',
      Rect: [round(x), round(y), round(x + width), round(y + height)],
      Border: [0, 0, 0],
      // Printed with the page, as PDF/A wants every annotation to be.
      F: 4,
      StructParent: key,
      Contents: PDFHexString.fromText(description),
      ...action,
    });
    context.assign(ref, dict);
    this.#annotations.push(ref);
  }

  /** The whole image stretched over `box`, shown only inside `window`. */
  image(image: PDFRef, box: Box, window?: Box): void {
    const name = `I-${image.objectNumber}`;
    this.#images.set(name, image);
    const clip = window === undefined ? '' : `${rectangle(window)} re W n `;
    const { x, y, width, height } = box;
    this.#operators.push(
      `q ${clip}${number(width)} 0 0 ${number(height)} ${number(x)} ${number(y)} cm /${name} Do Q`,
    );
  }

  /** Writes the content into the page; to be called once. */
  finish(): void {
    const { node } = this.page;
    const context = this.#context;
    const content = context.flateStream(Buffer.from(this.#operators.join('\n'), 'latin1'));
    node.set(PDFName.of('Contents'), context.register(content));
    node.set(
      PDFName.of('Resources'),
      context.obj({ Font: Object.fromEntries(this.#fonts), XObject: Object.fromEntries(this.#images) }),
    );
    node.set(PDFName.of('TrimBox'), node.MediaBox());
    node.set(PDFName.of('StructParents'), context.obj(this.#pageKey));
    node.set(PDFName.of('Tabs'), PDFName.of('S'));
    if (this.#annotations.length > 0) node.set(PDFName.of('Annots'), context.obj(this.#annotations));
  }
}

/** Width of a line in points, tracking included, a space at its end left out. */
export function textWidth(line: string, style: TextStyle): number {
  const { face, size, tracking = 0 } = style;
  const seen = line.trimEnd();
  return face.width(seen, size) + tracking * Math.max(0, seen.length - 1);
}

function rectangle({ x, y, width, height }: Box): string {
  return [x, y, width, height].map(number).join(' ');
}

/** Thousandths of a point are far below what any printer resolves, and never come out in exponent notation. */
function number(value: number): string {
  return String(round(value));
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** Addresses are ASCII; what would end or change a literal string is escaped as an address does it. */
function escapeString(url: string): string {
  return encodeURI(url.toWellFormed())
    .replaceAll('%25', '%')
    .replaceAll('(', '%28')
    .replaceAll(')', '%29')
    .replaceAll('\\', '%5C');
}
