import type { Bookmark } from '../pages/page-document.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import { methodText } from './method-note.ts';
import type { ReportDocument } from './report-document.ts';
import { answerSection } from './sections/answer-section.ts';
import { entitiesSection } from './sections/entities-section.ts';
import { figuresSection } from './sections/figures-section.ts';
import { findingsSection } from './sections/findings-section.ts';
import { questionsSection } from './sections/questions-section.ts';
import type { SectionOfReport } from './sections/report-section.ts';
import { sourcesSection } from './sections/sources-section.ts';
import { textSection } from './sections/text-section.ts';

/** Everything after the contents, in order: first what was asked. Sections without content are left out. */
export function reportSections(
  report: ReportDocument,
  owner: StructureElement,
  gaps: number,
): SectionOfReport[] {
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

export function bookmarksOf(sections: readonly SectionOfReport[], { places }: ReportDocument): Bookmark[] {
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
