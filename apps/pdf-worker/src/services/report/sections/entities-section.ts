import type { Report } from '@pressroom/reports';
import type { StructureElement } from '../../pages/structure-tree.ts';
import { type ReportDocument, sectionHeading } from '../report-document.ts';
import { tablePieces } from '../table-pieces.ts';
import type { SectionOfReport } from './report-section.ts';

export function entitiesSection(
  report: ReportDocument,
  owner: StructureElement,
  content: Report,
): SectionOfReport | undefined {
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
