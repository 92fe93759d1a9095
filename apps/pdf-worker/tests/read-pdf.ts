import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  type PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFString,
} from 'pdf-lib';

/** The operators of a page. */
export function contentOf(stream: unknown): string {
  if (!(stream instanceof PDFRawStream)) throw new Error('A page has no content');
  return Buffer.from(decodePDFRawStream(stream).decode()).toString('latin1');
}

/** The bookmarks, each with those below it. */
export function outlineTitles(parent: PDFDict): unknown[] {
  const titles: unknown[] = [];
  for (
    let item = parent.lookupMaybe(PDFName.of('First'), PDFDict);
    item !== undefined;
    item = item.lookupMaybe(PDFName.of('Next'), PDFDict)
  ) {
    const raw = item.lookup(PDFName.of('Title'));
    const title =
      raw !== undefined && 'decodeText' in raw ? (raw as { decodeText(): string }).decodeText() : '';
    const children = outlineTitles(item);
    titles.push(children.length === 0 ? title : [title, ...children]);
  }
  return titles;
}

export interface PageLink {
  /** Of the page that the link is on, from 0. */
  readonly page: number;
  readonly description: string;
  /** The page that it leads to, from 0, or an address. */
  readonly target: number | string;
  /** Of the place that it leads to, in points from the foot of the page. */
  readonly top: number;
}

/** The links of all pages, in order. A link that leads to no page of the document has the target -1. */
export function linksOf(pdf: PDFDocument): PageLink[] {
  const pages = pdf.getPages();
  return pages.flatMap((page, index) =>
    (page.node.Annots()?.asArray() ?? []).flatMap((reference): PageLink[] => {
      const link = pdf.context.lookup(reference, PDFDict);
      if (link.get(PDFName.of('Subtype')) !== PDFName.of('Link')) return [];
      const description = link.lookup(PDFName.of('Contents'), PDFHexString).decodeText();
      const action = link.lookupMaybe(PDFName.of('A'), PDFDict);
      if (action !== undefined) {
        const url = action.lookup(PDFName.of('URI'), PDFString).decodeText();
        return [{ page: index, description, target: url, top: 0 }];
      }
      const destination = link.lookup(PDFName.of('Dest'), PDFArray);
      const target = pages.findIndex(({ ref }) => ref === destination.get(0));
      return [{ page: index, description, target, top: destination.lookup(3, PDFNumber).asNumber() }];
    }),
  );
}
