import type { StructureElement } from '../../pages/structure-tree.ts';
import { paragraph, type ReportDocument, sectionHeading, tag } from '../report-document.ts';
import type { SectionOfReport } from './report-section.ts';

export function textSection(
  report: ReportDocument,
  owner: StructureElement,
  title: string,
  anchor: string,
  texts: readonly string[],
  isFurniture = false,
): SectionOfReport {
  const { styles, scale } = report;
  const section = owner.add('Sect');
  const head = sectionHeading(report, section, title, anchor);
  const body = texts
    .flatMap((text) => text.split(/\n+/))
    .filter((text) => text.trim() !== '')
    .flatMap((text, index, all) =>
      paragraph(report, isFurniture ? tag(section, 'P', report) : section.add('P'), text, {
        section: title,
        style: styles.text,
        above: (index === 0 ? 4 : 8) * scale,
        // Notes are short and read as one.
        withNext: isFurniture && index < all.length - 1,
      }),
    );
  return { title, anchor, pieces: [...head, ...body], entries: [] };
}
