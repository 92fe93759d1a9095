import { clock } from '@pressroom/plans';
import { bulletPieces } from '../../flow/bullet-pieces.ts';
import type { FlowSection } from '../../flow/flow-section.ts';
import { paragraph, sectionHeading, tag } from '../../flow/flowed-document.ts';
import { tablePieces } from '../../flow/table-pieces.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { PlanDocument } from '../plan-content.ts';
import type { PlanIndex } from '../plan-index.ts';

const title = 'Overview';

/** What will be learned, what has to be known about the plan, and the modules with their time. */
export function overviewSection(
  document: PlanDocument,
  owner: StructureElement,
  { plan }: PlanIndex,
): FlowSection {
  const { styles, scale } = document;
  const section = owner.add('Sect');
  const text = { section: title, style: styles.text };
  const weekOf = new Map<string, number[]>();
  for (const { number, entries } of plan.weeks)
    for (const { taskId } of entries) weekOf.set(taskId, [...(weekOf.get(taskId) ?? []), number]);
  const rows = plan.modules.map((module, index) => {
    const weeks = module.tasks.flatMap(({ id }) => weekOf.get(id) ?? []);
    const [first, last] = [Math.min(...weeks), Math.max(...weeks)];
    return [
      { text: String(index + 1) },
      { text: module.title, target: () => document.places.get(`module-${index}`) },
      { text: String(module.tasks.length) },
      { text: clock(module.tasks.reduce((sum, { minutes }) => sum + minutes, 0)) },
      { text: first === last ? String(first) : `${first}–${last}` },
    ];
  });
  const columns = [
    { title: 'No.', share: 0.07 },
    { title: 'Module', share: 0.49 },
    { title: 'Tasks', share: 0.11 },
    { title: 'Time', share: 0.19 },
    { title: 'Weeks', share: 0.14 },
  ];
  return {
    title,
    anchor: 'overview',
    pieces: [
      ...sectionHeading(document, section, title, 'overview'),
      ...plan.remarks.flatMap((remark) =>
        paragraph(document, tag(section, 'P', document), remark, {
          ...text,
          style: styles.quote,
          above: 4 * scale,
        }),
      ),
      ...paragraph(document, tag(section, 'P', document), 'At the end you can:', {
        ...text,
        above: (plan.remarks.length > 0 ? 10 : 4) * scale,
        withNext: true,
      }),
      ...bulletPieces(document, section, title, plan.outcomes),
      ...tablePieces(document, section, title, columns, rows),
    ],
    entries: [],
  };
}
