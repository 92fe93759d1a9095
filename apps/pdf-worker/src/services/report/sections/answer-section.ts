import type { Report } from '@pressroom/reports';
import type { FlowSection } from '../../flow/flow-section.ts';
import { paragraph, sectionHeading } from '../../flow/flowed-document.ts';
import type { Piece } from '../../flow/piece.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { ReportDocument } from '../report-content.ts';
import { citationPieces } from './citation-pieces.ts';

const title = 'Answer to the question';

/** The question and its answer. One that is made of quotations alone is shown as these, each with its place. */
export function answerSection(
  report: ReportDocument,
  owner: StructureElement,
  { question, answer }: Report,
): FlowSection | undefined {
  if (question === undefined || answer === undefined) return undefined;
  const { styles, scale } = report;
  const section = owner.add('Sect');
  const isQuoted =
    answer.citations.length > 0 && answer.text === answer.citations.map(({ quote }) => quote).join(' ');
  // Tags are read in the order in which they are made.
  const head = [
    ...sectionHeading(report, section, title, 'answer'),
    ...paragraph(report, section.add('P'), question, {
      section: title,
      style: { ...styles.quote, size: styles.quote.size * 1.15, leading: styles.quote.leading * 1.15 },
      above: 4 * scale,
      withNext: true,
    }),
  ];
  const text: Piece[] = isQuoted
    ? []
    : answer.text.split('\n').flatMap((text) =>
        paragraph(report, section.add('P'), text, {
          section: title,
          style: styles.text,
          above: 8 * scale,
        }),
      );
  const citations = answer.citations.flatMap((citation) => {
    if (!isQuoted)
      return citationPieces(report, section, citation, {
        section: title,
        withQuote: !answer.text.includes(citation.quote),
      });
    return [
      ...paragraph(report, section.add('BlockQuote'), `“${citation.quote}”`, {
        section: title,
        style: styles.text,
        above: 9 * scale,
        withNext: true,
      }),
      ...citationPieces(report, section, citation, { section: title, withQuote: false }),
    ];
  });
  return { title, anchor: 'answer', pieces: [...head, ...text, ...citations], entries: [] };
}
