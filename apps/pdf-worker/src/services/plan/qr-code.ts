import qrcode from 'qrcode-generator';
import { type Canvas, ink } from '../pages/canvas.ts';

/** Modules of white around the code, without which readers do not see it (ISO/IEC 18004). */
const quietZone = 4;

export interface QrCode {
  /** Modules along a side, the quiet zone included. */
  readonly size: number;
  /** `x` and `y` of the lower left corner, `side` in points. */
  draw(canvas: Canvas, x: number, y: number, side: number): void;
}

/** A code for an address, with error correction M: 15 % of it may be unreadable. Undefined for one too long for any code. */
export function qrCode(url: string): QrCode | undefined {
  const code = qrcode(0, 'M');
  try {
    code.addData(new URL(url).href, 'Byte');
    code.make();
  } catch {
    return undefined;
  }
  const count = code.getModuleCount();
  const size = count + 2 * quietZone;
  return {
    size,
    draw: (canvas, x, y, side) => {
      const module = side / size;
      for (let row = 0; row < count; row += 1) {
        for (let from = 0; from < count; ) {
          let to = from;
          while (to < count && code.isDark(row, to)) to += 1;
          // One bar for neighbours: no hair between them, and less to draw.
          if (to > from) {
            const box = {
              x: x + (quietZone + from) * module,
              y: y + side - (quietZone + row + 1) * module,
              width: (to - from) * module,
              height: module,
            };
            canvas.fill(box, ink.text);
          }
          from = to + 1;
        }
      }
    },
  };
}
