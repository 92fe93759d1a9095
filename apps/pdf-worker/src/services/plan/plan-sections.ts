import type { FlowSection } from '../flow/flow-section.ts';
import { textSection } from '../flow/text-section.ts';
import type { StructureElement } from '../pages/structure-tree.ts';
import type { PlanDocument } from './plan-content.ts';
import { indexOf } from './plan-index.ts';
import { planMethod } from './plan-notes.ts';
import { changesSection } from './sections/changes-section.ts';
import { modulesSection } from './sections/modules-section.ts';
import { overviewSection } from './sections/overview-section.ts';
import { planSourcesSection } from './sections/plan-sources-section.ts';
import { weeksSection } from './sections/weeks-section.ts';

/** Everything after the contents, in order: what one pins to the wall first. */
export function planSections(document: PlanDocument, owner: StructureElement, gaps: number): FlowSection[] {
  const { plan, base } = document.document.content;
  const index = indexOf(plan);
  const sections = [
    overviewSection(document, owner, index),
    base && changesSection(document, owner, { plan, base }),
    weeksSection(document, owner, index),
    modulesSection(document, owner, index),
    planSourcesSection(document, owner, index),
    textSection(document, owner, 'How this plan was made', 'method', planMethod(plan, gaps), true),
  ];
  return sections.filter((section) => section !== undefined);
}
