import type { Report } from '@pressroom/reports';
import type { FlowSection } from '../../flow/flow-section.ts';
import { sectionHeading } from '../../flow/flowed-document.ts';
import { sourcePieces } from '../../flow/source-pieces.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { ReportDocument } from '../report-content.ts';

const title = 'Sources';

/** The documents in the order of the request; citations lead here. */
export function sourcesSection(
  report: ReportDocument,
  owner: StructureElement,
  { documents }: Report,
): FlowSection {
  const section = owner.add('Sect');
  const head = sectionHeading(report, section, title, 'sources');
  const pieces = documents.flatMap((source, index) =>
    sourcePieces(report, section, title, source, {
      facts: [readOf(source)],
      withNext: index === documents.length - 2,
    }),
  );
  return {
    title,
    anchor: 'sources',
    pieces: [...head, ...pieces],
    entries: [],
  };
}

function readOf({ chunks, chunksRead, leftOut }: Report['documents'][number]): string {
  if (leftOut !== undefined) return `left out: ${leftOut}`;
  if (chunksRead < chunks) return `${chunksRead} of its ${chunks} passages were read`;
  return `read in full: ${chunks} ${chunks === 1 ? 'passage' : 'passages'}`;
}
