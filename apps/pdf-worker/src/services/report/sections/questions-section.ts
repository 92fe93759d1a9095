import type { Report } from '@pressroom/reports';
import type { StructureElement } from '../../pages/structure-tree.ts';
import { paragraph, type ReportDocument, sectionHeading } from '../report-document.ts';
import type { SectionOfReport } from './report-section.ts';

export function questionsSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): SectionOfReport | undefined {
  if (content.openQuestions.length === 0) return undefined;
  const { styles, scale, left } = report;
  const title = 'Open questions';
  const section = owner.add('Sect');
  const head = sectionHeading(report, section, title, 'questions');
  const list = section.add('L');
  const pieces = content.openQuestions.flatMap((question) =>
    paragraph(report, list.add('LI').add('LBody'), question, {
      section: title,
      style: styles.text,
      above: 5 * scale,
      indent: 14 * scale,
      beside: (canvas, baseline) =>
        canvas.artifact('Layout', () => canvas.text(['–'], left, baseline, styles.text)),
    }),
  );
  return {
    title,
    anchor: 'questions',
    pieces: [...head, ...pieces],
    entries: [],
  };
}
