import type { Report } from '@pressroom/reports';
import { bulletPieces } from '../../flow/bullet-pieces.ts';
import type { FlowSection } from '../../flow/flow-section.ts';
import { sectionHeading } from '../../flow/flowed-document.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { ReportDocument } from '../report-content.ts';

export function questionsSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): FlowSection | undefined {
  if (content.openQuestions.length === 0) return undefined;
  const title = 'Open questions';
  const section = owner.add('Sect');
  return {
    title,
    anchor: 'questions',
    pieces: [
      ...sectionHeading(report, section, title, 'questions'),
      ...bulletPieces(report, section, title, content.openQuestions),
    ],
    entries: [],
  };
}
