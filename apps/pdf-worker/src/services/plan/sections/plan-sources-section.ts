import type { FlowSection } from '../../flow/flow-section.ts';
import { sectionHeading } from '../../flow/flowed-document.ts';
import { sourcePieces } from '../../flow/source-pieces.ts';
import type { StructureElement } from '../../pages/structure-tree.ts';
import type { PlanDocument } from '../plan-content.ts';
import type { PlanIndex } from '../plan-index.ts';
import { qrPiece } from './qr-piece.ts';

const title = 'Sources';

/** The documents in the order of the request, those on the web with a code; undefined without any. */
export function planSourcesSection(
  document: PlanDocument,
  owner: StructureElement,
  { plan }: PlanIndex,
): FlowSection | undefined {
  if (plan.documents.length === 0) return undefined;
  const section = owner.add('Sect');
  const pieces = plan.documents.flatMap((source) => {
    const code = source.url === undefined ? undefined : qrPiece(document, title, source.url);
    const remark = source.leftOut === undefined ? undefined : `left out: ${source.leftOut}`;
    return [
      ...sourcePieces(document, section, title, source, {
        facts: remark === undefined ? [] : [remark],
        withNext: code !== undefined,
      }),
      ...(code === undefined ? [] : [code]),
    ];
  });
  return {
    title,
    anchor: 'sources',
    pieces: [...sectionHeading(document, section, title, 'sources'), ...pieces],
    entries: [],
  };
}
