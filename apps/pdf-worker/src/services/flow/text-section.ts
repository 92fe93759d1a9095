import type { StructureElement } from '../pages/structure-tree.ts';
import type { FlowSection } from './flow-section.ts';
import { type FlowedDocument, paragraph, sectionHeading, tag } from './flowed-document.ts';

export function textSection(
  flowed: FlowedDocument,
  owner: StructureElement,
  title: string,
  anchor: string,
  texts: readonly string[],
  isFurniture = false,
): FlowSection {
  const { styles, scale } = flowed;
  const section = owner.add('Sect');
  const head = sectionHeading(flowed, section, title, anchor);
  const body = texts
    .flatMap((text) => text.split(/\n+/))
    .filter((text) => text.trim() !== '')
    .flatMap((text, index, all) =>
      paragraph(flowed, isFurniture ? tag(section, 'P', flowed) : section.add('P'), text, {
        section: title,
        style: styles.text,
        above: (index === 0 ? 4 : 8) * scale,
        // Notes are short and read as one.
        withNext: isFurniture && index < all.length - 1,
      }),
    );
  return { title, anchor, pieces: [...head, ...body], entries: [] };
}
