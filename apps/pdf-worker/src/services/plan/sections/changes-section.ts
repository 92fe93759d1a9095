import { describeDiff, diffPlans, type LearningPlan } from '@pressroom/plans';
import { bulletPieces } from '../../flow/bullet-pieces.ts';
import type { FlowSection } from '../../flow/flow-section.ts';
import { paragraph, sectionHeading, tag } from '../../flow/flowed-document.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { PlanDocument } from '../plan-content.ts';

/** What is different from the version that this one was made from, by subject. */
export function changesSection(
  document: PlanDocument,
  owner: StructureElement,
  { plan, base }: { readonly plan: LearningPlan; readonly base: LearningPlan },
): FlowSection {
  const { styles, scale } = document;
  const title = `What changed since version ${base.planVersion}`;
  const section = owner.add('Sect');
  const pieces = describeDiff(diffPlans(base, plan)).flatMap((group, index) => [
    ...paragraph(document, tag(section, 'P', document), group.title, {
      section: title,
      style: styles.label,
      above: (index === 0 ? 4 : 12) * scale,
      withNext: true,
    }),
    ...bulletPieces(document, section, title, group.lines),
  ]);
  return {
    title,
    anchor: 'changes',
    pieces: [...sectionHeading(document, section, title, 'changes'), ...pieces],
    entries: [],
  };
}
