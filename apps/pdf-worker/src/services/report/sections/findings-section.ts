import type { Finding, Report } from '@pressroom/reports';
import type { FlowSection } from '../../flow/flow-section.ts';
import { paragraph, sectionHeading, tag } from '../../flow/flowed-document.ts';
import type { Piece } from '../../flow/piece.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { ReportDocument } from '../report-content.ts';
import { drawSeverity, severityEntryMark, severityNames, severityWidth } from '../severity-mark.ts';
import { citationPieces } from './citation-pieces.ts';

const title = 'Findings';

export function findingsSection(
  report: ReportDocument,
  owner: StructureElement,
  { findings }: Report,
): FlowSection {
  const section = owner.add('Sect');
  const head = sectionHeading(report, section, title, 'findings');
  const none = paragraph(
    report,
    tag(section, 'P', report),
    'Nothing was found that could be proved by the words of the documents.',
    { section: title, style: report.styles.text, above: 4 * report.scale },
  );
  const body =
    findings.length === 0
      ? none
      : findings.flatMap((finding, index) => findingPieces(report, section, finding, index === 0));
  return {
    title,
    anchor: 'findings',
    pieces: [...head, ...body],
    entries: findings.map((finding) => ({
      title: `${finding.id}  ${finding.title}`,
      anchor: finding.id,
      mark: severityEntryMark(finding.severity, 4.2 * report.scale),
    })),
  };
}

function findingPieces(
  report: ReportDocument,
  owner: StructureElement,
  { id, title: name, detail, severity, confidence, citations }: Finding,
  isFirst: boolean,
): Piece[] {
  const { styles, scale, left } = report;
  const body = owner.add('Sect');
  const side = 5.2 * scale;
  const meta = `${severityNames[severity]} · confidence ${Math.round(confidence * 100)} %`;
  const isQuotation = citations.some(({ quote }) => quote === detail);
  return [
    ...paragraph(report, body.add('H3'), `${id}  ${name}`, {
      section: title,
      style: styles.title,
      above: (isFirst ? 6 : 15) * scale,
      anchor: id,
      withNext: true,
    }),
    ...paragraph(report, tag(body, 'P', report), meta, {
      section: title,
      style: styles.small,
      above: 1.5 * scale,
      indent: severityWidth(side) + 7 * scale,
      withNext: true,
      beside: (canvas, baseline) =>
        canvas.artifact('Layout', () => drawSeverity(canvas, severity, left, baseline, side)),
    }),
    ...paragraph(report, body.add(isQuotation ? 'BlockQuote' : 'P'), isQuotation ? `“${detail}”` : detail, {
      section: title,
      style: styles.text,
      above: 4 * scale,
      withNext: true,
    }),
    ...citations.flatMap((citation, index) =>
      citationPieces(report, body, citation, {
        section: title,
        withQuote: citation.quote !== detail,
        // No place stands alone at the head of a page.
        withNext: index === citations.length - 2,
      }),
    ),
  ];
}
