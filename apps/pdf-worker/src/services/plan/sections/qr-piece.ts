import type { Piece } from '../../flow/piece.ts';
import type { PlanDocument } from '../plan-content.ts';
import { qrCode } from '../qr-code.ts';

/** Points of a module: 0.4 mm, which phones read from paper at arm's length. */
const modulePoints = 1.15;

/** The address as a code to point a phone at; it stands in words beside. Undefined where it is too long for one. */
export function qrPiece({ left, scale }: PlanDocument, section: string, url: string): Piece | undefined {
  const code = qrCode(url);
  if (code === undefined) return undefined;
  const side = code.size * modulePoints;
  return {
    section,
    height: side,
    above: 2 * scale,
    withNext: false,
    draw: (canvas, top) =>
      canvas.artifact('Layout', () => code.draw(canvas, left + 10 * scale, top - side, side)),
  };
}
