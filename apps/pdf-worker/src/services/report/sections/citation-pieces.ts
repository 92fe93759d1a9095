import type { Citation } from '@pressroom/reports';
import { paragraph } from '../../flow/flowed-document.ts';
import type { Piece } from '../../flow/piece.ts';
import { shortTitle } from '../../flow/short-title.ts';
import type { LinkTarget } from '../../pages/canvas.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { ReportDocument } from '../report-content.ts';

export interface CitationOptions {
  readonly section: string;
  /** False where the quoted words stand above already. */
  readonly withQuote: boolean;
  /** One place is kept with what comes after it. */
  readonly withNext?: boolean;
}

/** The quoted words, and where they stand: a link to the source. */
export function citationPieces(
  report: ReportDocument,
  owner: StructureElement,
  citation: Citation,
  { section, withQuote, withNext = false }: CitationOptions,
): Piece[] {
  const { styles, scale } = report;
  const indent = 14 * scale;
  const words = withQuote
    ? paragraph(report, owner.add('BlockQuote'), `“${citation.quote}”`, {
        section,
        style: styles.quote,
        above: 5 * scale,
        indent,
        withNext: true,
      })
    : [];
  const place = paragraph(report, owner.add('P').add('Link'), sourceLabel(report, citation), {
    section,
    style: styles.small,
    above: (withQuote ? 1 : 2.5) * scale,
    indent,
    withNext,
    target: () => sourceTarget(report, citation.document),
  });
  return [...words, ...place];
}

/** Document, page and passage: `[2] Minutes of May, page 7, passage 12`. */
function sourceLabel({ document }: ReportDocument, { document: index, page, passage }: Citation): string {
  const title = document.content.report.documents[index]?.title ?? `Document ${index + 1}`;
  const place = [
    page === undefined ? '' : `, page ${page}`,
    passage === undefined ? '' : `, passage ${passage}`,
  ];
  return `[${index + 1}] ${shortTitle(title)}${place.join('')}`;
}

export function sourceTarget({ places }: ReportDocument, document: number): LinkTarget | undefined {
  return places.get(`source-${document}`);
}
