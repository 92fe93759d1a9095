import type { Report } from '@pressroom/reports';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { Piece } from '../piece.ts';
import { paragraph, type ReportDocument, sectionHeading, tag } from '../report-document.ts';
import type { SectionOfReport } from './report-section.ts';

const title = 'Sources';
type Source = Report['documents'][number];

const formatNames: Readonly<Record<string, string>> = {
  pdf: 'PDF',
  docx: 'Word document',
  html: 'Web page',
  markdown: 'Markdown',
  text: 'Plain text',
  csv: 'Table (CSV)',
};

/** The documents in the order of the request; citations lead here. */
export function sourcesSection(
  report: ReportDocument,
  owner: StructureElement,
  { documents }: Report,
): SectionOfReport {
  const section = owner.add('Sect');
  const head = sectionHeading(report, section, title, 'sources');
  const pieces = documents.flatMap((source, index) =>
    sourcePieces(report, section, source, index === documents.length - 2),
  );
  return {
    title,
    anchor: 'sources',
    pieces: [...head, ...pieces],
    entries: [],
  };
}

function sourcePieces(
  report: ReportDocument,
  section: StructureElement,
  source: Source,
  withNext: boolean,
): Piece[] {
  const { styles, scale, left } = report;
  const indent = 30 * scale;
  const small = { section: title, style: styles.small, above: 1 * scale, indent };
  return [
    ...paragraph(report, section.add('P'), source.title, {
      section: title,
      style: styles.title,
      above: 10 * scale,
      indent,
      anchor: `source-${source.index}`,
      withNext: true,
      beside: (canvas, baseline) =>
        canvas.artifact('Layout', () => canvas.text([`[${source.index + 1}]`], left, baseline, styles.title)),
    }),
    ...paragraph(report, tag(section, 'P', report), factsOf(source).join(' · '), {
      ...small,
      withNext: withNext || source.url !== undefined,
    }),
    ...(source.url === undefined
      ? []
      : paragraph(report, section.add('P').add('Link'), source.url, {
          ...small,
          withNext,
          target: { url: source.url },
        })),
  ];
}

function factsOf({ format, pages, chunks, chunksRead, leftOut }: Source): string[] {
  const read =
    chunksRead < chunks
      ? `${chunksRead} of its ${chunks} passages were read`
      : `read in full: ${chunks} ${chunks === 1 ? 'passage' : 'passages'}`;
  return [
    ...(format === undefined ? [] : [formatNames[format] ?? format.toUpperCase()]),
    ...(pages === undefined ? [] : [`${pages} ${pages === 1 ? 'page' : 'pages'}`]),
    leftOut === undefined ? read : `left out: ${leftOut}`,
  ];
}
