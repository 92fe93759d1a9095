import { PDFHexString, PDFName, type PDFRef } from 'pdf-lib';
import type { Bookmark, PageContent, PageDocument } from './page-document.ts';

/** What is written into the document beside its pages. */
export interface DocumentProperties {
  readonly title: string;
  readonly author?: string | undefined;
  readonly subject: string;
  readonly keywords: readonly string[];
  /** Of the IPTC's vocabulary: how the content came to be. */
  readonly digitalSource:
    | 'trainedAlgorithmicMedia'
    | 'algorithmicallyEnhanced'
    | 'compositeWithTrainedAlgorithmicMedia';
}

type AnyDocument = PageDocument<PageContent>;

/**
 * Everything about the document that is not on a page: properties, XMP, bookmarks, page labels, tags, language.
 * No dates are written: the one of setting would make the same content come out differently, and any other one would
 * not be true.
 */
export function writeDocumentMetadata(document: AnyDocument, properties: DocumentProperties): void {
  const { pdf, content } = document;
  const { catalog, context } = pdf;
  pdf.setTitle(properties.title, { showInWindowTitleBar: true });
  if (properties.author !== undefined) pdf.setAuthor(properties.author);
  pdf.setSubject(properties.subject);
  pdf.setKeywords([...properties.keywords]);
  pdf.setCreator('Pressroom');
  pdf.setProducer('Pressroom');
  pdf.setLanguage(content.language);
  catalog.set(PDFName.of('Metadata'), context.register(xmpStream(document, properties)));
  catalog.set(PDFName.of('MarkInfo'), context.obj({ Marked: true }));
  catalog.set(PDFName.of('StructTreeRoot'), document.structure.write(context));
  catalog.set(PDFName.of('Outlines'), writeOutline(document));
  catalog.set(PDFName.of('PageMode'), PDFName.of('UseOutlines'));
  // The cover is page 1 for every print dialogue, so it is for the labels and the printed numbers, too.
  catalog.set(
    PDFName.of('PageLabels'),
    context.obj({ Nums: [0, { P: PDFHexString.fromText('Cover') }, 1, { S: 'D', St: 2 }] }),
  );
}

function writeOutline({ pdf, bookmarks }: AnyDocument): PDFRef {
  const { context } = pdf;
  const root = context.nextRef();
  const { first, last } = writeBookmarks(bookmarks, root);
  context.assign(root, context.obj({ Type: 'Outlines', First: first, Last: last, Count: bookmarks.length }));
  return root;

  function writeBookmarks(list: readonly Bookmark[], parent: PDFRef): { first: PDFRef; last: PDFRef } {
    const refs = list.map(() => context.nextRef());
    for (const [index, { title, page, children }] of list.entries()) {
      const ref = refs[index] ?? parent;
      const previous = refs[index - 1];
      const next = refs[index + 1];
      const below = children.length === 0 ? undefined : writeBookmarks(children, ref);
      context.assign(
        ref,
        context.obj({
          Title: PDFHexString.fromText(title),
          Parent: parent,
          Dest: [page, 'Fit'],
          ...(previous === undefined ? {} : { Prev: previous }),
          ...(next === undefined ? {} : { Next: next }),
          // A negative count: closed at first, so that two hundred pictures do not hide the rest.
          ...(below === undefined ? {} : { First: below.first, Last: below.last, Count: -children.length }),
        }),
      );
    }
    return { first: refs[0] ?? parent, last: refs.at(-1) ?? parent };
  }
}

/** XMP (ISO 16684-1), with the IPTC term for how the content came to be: machines look for it there. */
function xmpStream({ content, pdf }: AnyDocument, properties: DocumentProperties) {
  const { keywords, digitalSource: source } = properties;
  const author =
    properties.author === undefined
      ? ''
      : `\n   <dc:creator><rdf:Seq><rdf:li>${escapeXml(properties.author)}</rdf:li></rdf:Seq></dc:creator>`;
  const xmp = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(properties.title)}</rdf:li></rdf:Alt></dc:title>${author}
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(properties.subject)}</rdf:li></rdf:Alt></dc:description>
   <dc:subject><rdf:Bag>${keywords.map((word) => `<rdf:li>${word}</rdf:li>`).join('')}</rdf:Bag></dc:subject>
   <dc:language><rdf:Bag><rdf:li>${escapeXml(content.language)}</rdf:li></rdf:Bag></dc:language>
   <pdf:Producer>Pressroom</pdf:Producer>
   <pdf:Keywords>${keywords.join(' ')}</pdf:Keywords>
   <xmp:CreatorTool>Pressroom</xmp:CreatorTool>
   <Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/${source}</Iptc4xmpExt:DigitalSourceType>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
  return pdf.context.stream(Buffer.from(xmp, 'utf8'), { Type: 'Metadata', Subtype: 'XML' });
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
