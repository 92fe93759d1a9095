import { clock, type PlanTask, type Resource } from '@pressroom/plans';
import { bulletPieces } from '../../flow/bullet-pieces.ts';
import type { FlowSection } from '../../flow/flow-section.ts';
import { paragraph, sectionHeading, tag } from '../../flow/flowed-document.ts';
import type { Piece } from '../../flow/piece.ts';
import { shortTitle } from '../../flow/short-title.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { PlanDocument } from '../plan-content.ts';
import type { PlanIndex } from '../plan-index.ts';
import { qrPiece } from './qr-piece.ts';

const title = 'Modules';

/** Each module with its outcomes, and each of its tasks with what it cites and what to learn it from. */
export function modulesSection(
  document: PlanDocument,
  owner: StructureElement,
  index: PlanIndex,
): FlowSection {
  const { scale } = document;
  const section = owner.add('Sect');
  const pieces = index.plan.modules.flatMap((module, at) => {
    const body = section.add('Sect');
    return [
      ...paragraph(document, body.add('H3'), `${at + 1}. ${module.title}`, {
        section: title,
        style: document.document.style('serifMedium', 15, 20),
        above: (at === 0 ? 6 : 26) * scale,
        anchor: `module-${at}`,
        withNext: true,
      }),
      ...bulletPieces(document, body, title, module.outcomes).map((piece) => ({ ...piece, withNext: true })),
      ...module.tasks.flatMap((task) => taskPieces(document, body, index, task)),
    ];
  });
  return {
    title,
    anchor: 'modules',
    pieces: [...sectionHeading(document, section, title, 'modules'), ...pieces],
    entries: index.plan.modules.map((module, at) => ({
      title: `${at + 1}. ${module.title}`,
      anchor: `module-${at}`,
    })),
  };
}

function taskPieces(
  document: PlanDocument,
  owner: StructureElement,
  { plan, numbers }: PlanIndex,
  { id, title: name, description, minutes, after, citations, resources }: PlanTask,
): Piece[] {
  const { styles, scale } = document;
  const body = owner.add('Sect');
  const needs = after.map((each) => numbers.get(each)).filter((number) => number !== undefined);
  const small = { section: title, style: styles.small };
  const indent = 14 * scale;
  return [
    ...paragraph(document, body.add('H4'), `${numbers.get(id)}  ${name}`, {
      section: title,
      style: styles.title,
      above: 14 * scale,
      anchor: id,
      withNext: true,
    }),
    ...paragraph(
      document,
      tag(body, 'P', document),
      `${clock(minutes)}${needs.length === 0 ? '' : ` · after ${needs.join(', ')}`}`,
      { ...small, above: 1 * scale, withNext: true },
    ),
    ...paragraph(document, body.add('P'), description, {
      section: title,
      style: styles.text,
      above: 3 * scale,
    }),
    ...citations.flatMap(({ quote, document: source, page }) => [
      ...paragraph(document, body.add('BlockQuote'), `“${quote}”`, {
        section: title,
        style: styles.quote,
        above: 5 * scale,
        indent,
        withNext: true,
      }),
      ...paragraph(document, body.add('P').add('Link'), sourceName(plan.documents, source, page), {
        ...small,
        above: 1 * scale,
        indent,
        target: () => document.places.get(`source-${source}`),
      }),
    ]),
    ...resources.flatMap((resource, at) =>
      resourcePieces(document, body, plan.documents, resource, at === 0),
    ),
  ];
}

function resourcePieces(
  document: PlanDocument,
  owner: StructureElement,
  documents: PlanIndex['plan']['documents'],
  resource: Resource,
  isFirst: boolean,
): Piece[] {
  const { styles, scale } = document;
  const indent = 14 * scale;
  const small = { section: title, style: styles.small, indent };
  const { url, document: source, page, explanation, isQuotation } = resource;
  const place = source === undefined ? resource.foundBy : sourceName(documents, source, page);
  const head = isFirst
    ? paragraph(document, tag(owner, 'P', document), 'Learn it from', {
        ...small,
        style: styles.label,
        above: 7 * scale,
        withNext: true,
      })
    : [];
  const code = url === undefined ? undefined : qrPiece(document, title, url);
  return [
    ...head,
    ...paragraph(document, owner.add('P').add('Link'), resource.title, {
      section: title,
      style: styles.text,
      indent,
      above: (isFirst ? 2 : 5) * scale,
      withNext: true,
      target: () => (url === undefined ? document.places.get(`source-${source}`) : { url }),
    }),
    ...paragraph(document, tag(owner, 'P', document), place, { ...small, above: 0, withNext: true }),
    ...paragraph(
      document,
      owner.add(isQuotation ? 'BlockQuote' : 'P'),
      isQuotation ? `“${explanation}”` : explanation,
      {
        ...small,
        style: isQuotation ? styles.quote : styles.text,
        above: 1 * scale,
        withNext: code !== undefined,
      },
    ),
    ...(code === undefined ? [] : [code]),
  ];
}

/** `[2] Lecture notes, page 7`. */
function sourceName(
  documents: PlanIndex['plan']['documents'],
  index: number,
  page: number | undefined,
): string {
  const name = documents.find((each) => each.index === index)?.title ?? `Document ${index + 1}`;
  return `[${index + 1}] ${shortTitle(name)}${page === undefined ? '' : `, page ${page}`}`;
}
