import type { FlowSection } from '../flow/flow-section.ts';
import { textSection } from '../flow/text-section.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import { methodText } from './method-note.ts';
import type { ReportDocument } from './report-content.ts';
import { answerSection } from './sections/answer-section.ts';
import { entitiesSection } from './sections/entities-section.ts';
import { figuresSection } from './sections/figures-section.ts';
import { findingsSection } from './sections/findings-section.ts';
import { questionsSection } from './sections/questions-section.ts';
import { sourcesSection } from './sections/sources-section.ts';

/** Everything after the contents, in order: first what was asked. Sections without content are left out. */
export function reportSections(report: ReportDocument, owner: StructureElement, gaps: number): FlowSection[] {
  const { report: content } = report.document.content;
  const sections = [
    answerSection(report, owner, content),
    textSection(report, owner, 'Summary', 'summary', [content.summary]),
    findingsSection(report, owner, content),
    figuresSection(report, owner, content),
    entitiesSection(report, owner, content),
    questionsSection(report, owner, content),
    sourcesSection(report, owner, content),
    textSection(report, owner, 'How this report was made', 'method', methodText(content, gaps), true),
  ];
  return sections.filter((section) => section !== undefined);
}
