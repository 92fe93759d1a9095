import type { Report } from '@pressroom/reports';
import type { FlowSection } from '../../flow/flow-section.ts';
import { sectionHeading } from '../../flow/flowed-document.ts';
import { tablePieces } from '../../flow/table-pieces.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { ReportDocument } from '../report-content.ts';

export function entitiesSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): FlowSection | undefined {
  if (content.entities.length === 0) return undefined;
  // Without a model, capital letters tell that something is a name, and hardly of what.
  const title = content.method === 'extractive' ? 'Names' : 'People, organisations and places';
  const section = owner.add('Sect');
  const columns = [
    { title: 'Name', share: 0.5 },
    { title: 'Sort', share: 0.17 },
    { title: 'Mentions', share: 0.13 },
    { title: 'Sources', share: 0.2 },
  ];
  const kinds = { person: 'Person', organisation: 'Organisation', place: 'Place', other: 'Name' } as const;
  const rows = content.entities.map(({ name, kind, mentions, documents }) => [
    { text: name },
    { text: kinds[kind] },
    { text: String(mentions) },
    { text: documents.map((index) => `[${index + 1}]`).join(' ') },
  ]);
  const head = sectionHeading(report, section, title, 'entities');
  return {
    title,
    anchor: 'entities',
    pieces: [...head, ...tablePieces(report, section, title, columns, rows)],
    entries: [],
  };
}
