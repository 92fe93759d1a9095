import { type Canvas, ink } from '../pages/canvas.ts';
import { type DocumentProperties, writeDocumentMetadata } from '../pages/document-metadata.ts';
import { limitLines } from '../pages/line-breaking.ts';
import { type Bookmark, type PageContent, PageDocument } from '../pages/page-document.ts';
import { contentBox } from '../pages/page-geometry.ts';
import { writePdfFile } from '../pages/pdf-file-writer.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import { contentsPieces } from './contents-pieces.ts';
import { drawFlowCover, type FlowCover } from './flow-cover.ts';
import type { FlowSection } from './flow-section.ts';
import { type FlowedDocument, openFlowedDocument, sectionHeading } from './flowed-document.ts';
import { fitPages, type PlacedPiece } from './piece.ts';

export interface FlowedContent<Content extends PageContent> {
  readonly content: Content;
  readonly cover: FlowCover;
  readonly properties: DocumentProperties;
  /** Everything after the contents, in order. */
  readonly sections: (flowed: FlowedDocument<Content>, owner: StructureElement) => readonly FlowSection[];
  readonly outputPath: string;
  readonly onPage: (done: number, total: number) => void;
}

/**
 * Sets a document of running text into a file: cover, contents, sections. Everything is laid out before anything is drawn, since
 * the contents and the references name pages that come later. Runs on a thread of its own.
 */
export async function setFlowed<Content extends PageContent>(
  given: FlowedContent<Content>,
): Promise<{ readonly pages: number; readonly bytes: number }> {
  const { content, cover: coverContent, properties, outputPath, onPage } = given;
  const document = await PageDocument.create(content);
  const flowed = openFlowedDocument(document);
  const cover = document.addPage(false);
  const coverSection = document.structure.root.add('Sect');
  const contentsSection = document.structure.root.add('Sect');
  const sections = given.sections(flowed, document.structure.root);

  const column = columnOf(flowed);
  const contents = fitPages(
    [
      ...sectionHeading(flowed, contentsSection, 'Contents', 'contents'),
      ...contentsPieces(flowed, contentsSection, sections),
    ],
    column,
  );
  const body = fitPages(
    sections.flatMap(({ pieces }) => pieces),
    column,
  );
  const pages = [...contents, ...body];
  const canvases = pages.map(() => document.addPage());
  for (const [index, placed] of pages.entries()) rememberPlaces(flowed, placed, canvases[index], index + 2);

  drawFlowCover(flowed, cover, coverSection, coverContent);
  cover.finish();
  onPage(1, pages.length + 1);
  for (const [index, placed] of pages.entries()) {
    const canvas = canvases[index];
    if (canvas === undefined) continue;
    drawRunningHead(flowed, canvas, coverContent.title, placed);
    for (const { piece, top } of placed) piece.draw(canvas, top);
    canvas.finish();
    onPage(index + 2, pages.length + 1);
  }
  document.bookmarks.push(
    { title: 'Cover', page: cover.page.ref, children: [] },
    ...(canvases[0] === undefined ? [] : [{ title: 'Contents', page: canvases[0].page.ref, children: [] }]),
    ...bookmarksOf(sections, flowed),
  );
  writeDocumentMetadata(document, properties);
  await document.embedFonts();
  const bytes = await writePdfFile(document.pdf.context, outputPath);
  return { pages: document.pageCount, bytes };
}

/** Where the text of a page begins and ends, below the running head. */
function columnOf({ document, scale }: FlowedDocument): { top: number; bottom: number } {
  const { y, height } = contentBox(document.geometry);
  return { top: y + height - 20 * scale, bottom: y };
}

function rememberPlaces(
  { places }: FlowedDocument,
  placed: readonly PlacedPiece[],
  canvas: Canvas | undefined,
  pageNumber: number,
): void {
  if (canvas === undefined) return;
  for (const { piece, top } of placed) {
    if (piece.anchor === undefined) continue;
    places.set(piece.anchor, { page: canvas.page.ref, pageNumber, top: top + 8 });
  }
}

/** The document's title at the left, the section's at the right, above a hairline. */
function drawRunningHead(
  { document, left, width, scale }: FlowedDocument,
  canvas: Canvas,
  title: string,
  placed: readonly PlacedPiece[],
): void {
  const style = document.style('sans', 8.5, 11, ink.quiet);
  const area = contentBox(document.geometry);
  const baseline = area.y + area.height + 6 * scale;
  const measure = (text: string): number => style.face.width(text, style.size);
  const section = placed[0]?.piece.section ?? '';
  const room = width - measure(section) - 24 * scale;
  const [cut = ''] = limitLines([title, ''], 1, room, measure);
  canvas.artifact('Pagination', () => {
    canvas.text([measure(title) <= room ? title : cut], left, baseline, style);
    canvas.text([section], left + width - measure(section), baseline, style);
    canvas.rule(left, baseline - 6 * scale, width);
  });
}

function bookmarksOf(sections: readonly FlowSection[], { places }: FlowedDocument): Bookmark[] {
  return sections.flatMap(({ title, anchor, entries }) => {
    const place = places.get(anchor);
    if (place === undefined) return [];
    const children = entries.flatMap((entry) => {
      const at = places.get(entry.anchor);
      return at === undefined ? [] : [{ title: entry.title, page: at.page, children: [] }];
    });
    return [{ title, page: place.page, children }];
  });
}
