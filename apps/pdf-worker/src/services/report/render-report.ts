import { type Canvas, ink } from '../pages/canvas.ts';
import { type DocumentProperties, writeDocumentMetadata } from '../pages/document-metadata.ts';
import { limitLines } from '../pages/line-breaking.ts';
import { PageDocument } from '../pages/page-document.ts';
import { contentBox } from '../pages/page-geometry.ts';
import { writePdfFile } from '../pages/pdf-file-writer.ts';
import { gapsNote, methodNote } from './method-note.ts';
import { fitPages, type PlacedPiece } from './piece.ts';
import { printableReport } from './printable-report.ts';
import type { ReportContent, ReportSummary } from './report-content.ts';
import { openReportDocument, type ReportDocument, sectionHeading } from './report-document.ts';
import { contentsPieces, drawReportCover } from './report-front.ts';
import { bookmarksOf, reportSections } from './report-sections.ts';

/**
 * Sets the report into the file `outputPath`: cover, contents, sections, sources. Everything is laid out before anything is drawn,
 * since the contents and the citations name pages that come later. Runs on a thread of its own.
 */
export async function renderReport(
  given: ReportContent,
  outputPath: string,
  onPage: (done: number, total: number) => void,
): Promise<ReportSummary> {
  const { report: printable, gaps } = printableReport(given.report);
  const document = await PageDocument.create({ ...given, report: printable });
  const report = openReportDocument(document);
  const cover = document.addPage(false);
  const coverSection = document.structure.root.add('Sect');
  const contentsSection = document.structure.root.add('Sect');
  const sections = reportSections(report, document.structure.root, gaps);

  const column = columnOf(report);
  const contents = fitPages(
    [
      ...sectionHeading(report, contentsSection, 'Contents', 'contents'),
      ...contentsPieces(report, contentsSection, sections),
    ],
    column,
  );
  const body = fitPages(
    sections.flatMap(({ pieces }) => pieces),
    column,
  );
  const pages = [...contents, ...body];
  const canvases = pages.map(() => document.addPage());
  for (const [index, placed] of pages.entries()) rememberPlaces(report, placed, canvases[index], index + 2);

  drawReportCover(report, cover, coverSection);
  cover.finish();
  onPage(1, pages.length + 1);
  for (const [index, placed] of pages.entries()) {
    const canvas = canvases[index];
    if (canvas === undefined) continue;
    drawRunningHead(report, canvas, placed);
    for (const { piece, top } of placed) piece.draw(canvas, top);
    canvas.finish();
    onPage(index + 2, pages.length + 1);
  }
  document.bookmarks.push(
    { title: 'Cover', page: cover.page.ref, children: [] },
    ...(canvases[0] === undefined ? [] : [{ title: 'Contents', page: canvases[0].page.ref, children: [] }]),
    ...bookmarksOf(sections, report),
  );
  writeDocumentMetadata(document, propertiesOf(document.content));
  for (const face of Object.values(document.faces)) await face.embedIfShown();
  const bytes = await writePdfFile(document.pdf.context, outputPath);
  return { pages: document.pageCount, preflight: gaps === 0 ? [] : [gapsNote(gaps)], bytes };
}

/** Where the text of a page begins and ends, below the running head. */
function columnOf({ document, scale }: ReportDocument): { top: number; bottom: number } {
  const { y, height } = contentBox(document.geometry);
  return { top: y + height - 20 * scale, bottom: y };
}

function rememberPlaces(
  { places }: ReportDocument,
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

/** The report's title at the left, the section's at the right, above a hairline. */
function drawRunningHead(report: ReportDocument, canvas: Canvas, placed: readonly PlacedPiece[]): void {
  const { document, left, width, scale } = report;
  const style = document.style('sans', 8.5, 11, ink.quiet);
  const area = contentBox(document.geometry);
  const baseline = area.y + area.height + 6 * scale;
  const measure = (text: string): number => style.face.width(text, style.size);
  const section = placed[0]?.piece.section ?? '';
  const room = width - measure(section) - 24 * scale;
  const [title = ''] = limitLines([document.content.report.title, ''], 1, room, measure);
  const shown = measure(document.content.report.title) <= room ? document.content.report.title : title;
  canvas.artifact('Pagination', () => {
    canvas.text([shown], left, baseline, style);
    canvas.text([section], left + width - measure(section), baseline, style);
    canvas.rule(left, baseline - 6 * scale, width);
  });
}

function propertiesOf({ report }: ReportContent): DocumentProperties {
  return {
    title: report.title,
    subject: methodNote(report),
    keywords: ['report', 'findings', report.method],
    digitalSource:
      report.method === 'extractive' ? 'algorithmicallyEnhanced' : 'compositeWithTrainedAlgorithmicMedia',
  };
}
