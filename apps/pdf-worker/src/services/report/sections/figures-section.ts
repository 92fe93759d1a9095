import type { Report } from '@pressroom/reports';
import type { FlowSection } from '../../flow/flow-section.ts';
import { sectionHeading } from '../../flow/flowed-document.ts';
import { tablePieces } from '../../flow/table-pieces.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { ReportDocument } from '../report-content.ts';
import { sourceTarget } from './citation-pieces.ts';

export function figuresSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): FlowSection | undefined {
  if (content.figures.length === 0) return undefined;
  const title = 'Figures';
  const section = owner.add('Sect');
  const isExtractive = content.method === 'extractive';
  const columns = [
    { title: 'Figure', share: 0.18 },
    { title: isExtractive ? 'Where it stands' : 'What it is about', share: 0.62 },
    { title: 'Source', share: 0.2 },
  ];
  const rows = content.figures.map(({ value, meaning, citation }) => [
    { text: value },
    { text: meaning },
    {
      text: `[${citation.document + 1}]${citation.page === undefined ? '' : ` page ${citation.page}`}`,
      target: () => sourceTarget(report, citation.document),
    },
  ]);
  const head = sectionHeading(report, section, title, 'figures');
  return {
    title,
    anchor: 'figures',
    pieces: [...head, ...tablePieces(report, section, title, columns, rows)],
    entries: [],
  };
}
