import type { StructureElement } from '../pages/structure-tree.ts';
import { type FlowedDocument, paragraph } from './flowed-document.ts';
import type { Piece } from './piece.ts';

/** A list with a dash before each entry. */
export function bulletPieces(
  flowed: FlowedDocument,
  owner: StructureElement,
  section: string,
  texts: readonly string[],
): Piece[] {
  const { styles, scale, left } = flowed;
  const list = owner.add('L');
  return texts.flatMap((text) =>
    paragraph(flowed, list.add('LI').add('LBody'), text, {
      section,
      style: styles.text,
      above: 5 * scale,
      indent: 14 * scale,
      beside: (canvas, baseline) =>
        canvas.artifact('Layout', () => canvas.text(['–'], left, baseline, styles.text)),
    }),
  );
}
