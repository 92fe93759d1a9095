import { clock, type PlanWeek } from '@pressroom/plans';
import type { FlowSection } from '../../flow/flow-section.ts';
import { paragraph, sectionHeading, tag } from '../../flow/flowed-document.ts';
import type { Piece } from '../../flow/piece.ts';
import { textWidth } from '../../pages/canvas.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { PlanDocument } from '../plan-content.ts';
import type { PlanIndex } from '../plan-index.ts';
import { writtenSpan } from '../written-dates.ts';

const title = 'Week by week';
/** Lines to write on after each week. */
const notesLines = 3;

/** Each week with a box to tick for each sitting, and room for notes. */
export function weeksSection(document: PlanDocument, owner: StructureElement, index: PlanIndex): FlowSection {
  const section = owner.add('Sect');
  return {
    title,
    anchor: 'weeks',
    pieces: [
      ...sectionHeading(document, section, title, 'weeks'),
      ...index.plan.weeks.flatMap((week, at) => weekPieces(document, section, index, week, at === 0)),
    ],
    entries: index.plan.weeks.map((week) => ({ title: nameOf(week), anchor: `week-${week.number}` })),
  };
}

function nameOf({ number, from, to }: PlanWeek): string {
  return `Week ${number}: ${writtenSpan(from, to)}`;
}

function weekPieces(
  document: PlanDocument,
  owner: StructureElement,
  { tasks, numbers }: PlanIndex,
  week: PlanWeek,
  isFirst: boolean,
): Piece[] {
  const { styles, scale, left, width } = document;
  const body = owner.add('Sect');
  const list = body.add('L');
  const notes = tag(body, 'P', document);
  const side = 9 * scale;
  const indent = 22 * scale;
  const minutes = week.entries.reduce((sum, entry) => sum + entry.minutes, 0);
  const sittings = week.entries.flatMap((entry) => {
    const task = tasks.get(entry.taskId);
    const part = entry.parts === 1 ? '' : ` (part ${entry.part} of ${entry.parts})`;
    const time = clock(entry.minutes);
    const room = textWidth(time, styles.small) + 14 * scale;
    const element = list.add('LI').add('LBody');
    return paragraph(
      document,
      element.add('Link'),
      `${numbers.get(entry.taskId)}  ${task?.title ?? ''}${part}`,
      {
        section: title,
        style: styles.text,
        above: 6 * scale,
        indent,
        width: width - room,
        // A week is torn apart only where it is longer than a page.
        withNext: true,
        target: () => document.places.get(entry.taskId),
        beside: (canvas, baseline) => {
          canvas.artifact('Layout', () =>
            canvas.frame({ x: left + 2 * scale, y: baseline - 1.2 * scale, width: side, height: side }, 0.2),
          );
          canvas.tagged(element, () =>
            canvas.text([time], left + width - textWidth(time, styles.small), baseline, styles.small),
          );
        },
      },
    );
  });
  return [
    ...paragraph(document, body.add('H3'), nameOf(week), {
      section: title,
      style: styles.title,
      above: (isFirst ? 6 : 20) * scale,
      anchor: `week-${week.number}`,
      withNext: true,
    }),
    ...paragraph(document, tag(body, 'P', document), clock(minutes), {
      section: title,
      style: styles.small,
      above: 1 * scale,
      withNext: true,
    }),
    ...sittings,
    ...Array.from(
      { length: notesLines },
      (_, line): Piece => ({
        section: title,
        height: 19 * scale,
        above: line === 0 ? 4 * scale : 0,
        withNext: line < notesLines - 1,
        draw: (canvas, top) => {
          canvas.artifact('Layout', () => canvas.rule(left, top - 18 * scale, width));
          if (line === 0)
            canvas.tagged(notes, () => canvas.text(['Notes'], left, top - 8 * scale, styles.small));
        },
      }),
    ),
  ];
}
