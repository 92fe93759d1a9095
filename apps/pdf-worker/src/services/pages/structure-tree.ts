import { type PDFContext, PDFDict, PDFHexString, PDFName, PDFNumber, type PDFRef, PDFString } from 'pdf-lib';

export type StructureType =
  | 'Document'
  | 'Sect'
  | 'H1'
  | 'H2'
  | 'H3'
  | 'H4'
  | 'P'
  | 'Figure'
  | 'Caption'
  | 'L'
  | 'LI'
  | 'LBody'
  | 'TOC'
  | 'TOCI'
  | 'Link'
  | 'BlockQuote'
  | 'Table'
  | 'TR'
  | 'TH'
  | 'TD';

export interface StructureOptions {
  /** What stands for a figure when it is read aloud. */
  readonly alternative?: string;
  /** BCP 47, where it differs from the document's language. */
  readonly language?: string | undefined;
}

/** A node of the logical structure: other nodes, or pieces of marked content on pages, in reading order. */
export class StructureElement {
  readonly type: StructureType;
  readonly options: StructureOptions;
  readonly kids: (StructureElement | MarkedContent | LinkedObject)[] = [];

  constructor(type: StructureType, options: StructureOptions = {}) {
    this.type = type;
    this.options = options;
  }

  add(type: StructureType, options: StructureOptions = {}): StructureElement {
    const child = new StructureElement(type, options);
    this.kids.push(child);
    return child;
  }
}

/** An annotation that belongs to the element. */
interface LinkedObject {
  readonly page: PDFRef;
  readonly object: PDFRef;
}

interface MarkedContent {
  readonly page: PDFRef;
  readonly id: number;
}

/** The tags of the document (ISO 32000-1, 14.7): the tree that a screen reader follows instead of the pages' look. */
export class StructureTree {
  readonly root = new StructureElement('Document');
  /** By key: of a page, the owner of each of its pieces of marked content; of an annotation, its owner. */
  readonly #owners: (StructureElement[] | StructureElement)[] = [];

  /** The page's key in the parent tree. */
  addPage(): number {
    this.#owners.push([]);
    return this.#owners.length - 1;
  }

  /** The id that the next piece of marked content on the page carries. */
  mark(pageKey: number, page: PDFRef, owner: StructureElement): number {
    const owners = this.#owners[pageKey];
    if (!Array.isArray(owners)) throw new RangeError(`${pageKey} is no page's key`);
    const id = owners.push(owner) - 1;
    owner.kids.push({ page, id });
    return id;
  }

  /** The annotation's key in the parent tree. */
  link(page: PDFRef, object: PDFRef, owner: StructureElement): number {
    owner.kids.push({ page, object });
    return this.#owners.push(owner) - 1;
  }

  /** Writes the tree; returns the reference for the catalog. */
  write(context: PDFContext): PDFRef {
    const rootRef = context.nextRef();
    const refs = new Map<StructureElement, PDFRef>();
    const top = this.#writeElement(context, this.root, rootRef, refs);
    const numbers = this.#owners.flatMap((owners, pageKey) => [
      PDFNumber.of(pageKey),
      Array.isArray(owners)
        ? context.register(context.obj(owners.map((owner) => refs.get(owner) ?? top)))
        : (refs.get(owners) ?? top),
    ]);
    context.assign(
      rootRef,
      context.obj({
        Type: 'StructTreeRoot',
        K: top,
        ParentTree: context.register(context.obj({ Nums: numbers })),
        ParentTreeNextKey: this.#owners.length,
      }),
    );
    return rootRef;
  }

  #writeElement(
    context: PDFContext,
    element: StructureElement,
    parent: PDFRef,
    refs: Map<StructureElement, PDFRef>,
  ): PDFRef {
    const ref = context.nextRef();
    refs.set(element, ref);
    const dict = context.obj({ Type: 'StructElem', S: element.type, P: parent });
    if (!(dict instanceof PDFDict)) throw new TypeError('A literal object did not become a dictionary');
    const kids = element.kids.map((kid) => {
      if (kid instanceof StructureElement) return this.#writeElement(context, kid, ref, refs);
      return 'object' in kid
        ? context.obj({ Type: 'OBJR', Pg: kid.page, Obj: kid.object })
        : context.obj({ Type: 'MCR', Pg: kid.page, MCID: kid.id });
    });
    dict.set(PDFName.of('K'), context.obj(kids));
    const { alternative, language } = element.options;
    if (alternative !== undefined) dict.set(PDFName.of('Alt'), PDFHexString.fromText(alternative));
    if (language !== undefined) dict.set(PDFName.of('Lang'), PDFString.of(language));
    context.assign(ref, dict);
    return ref;
  }
}
