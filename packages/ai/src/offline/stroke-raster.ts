import type { Strand } from './strand.ts';

/** Ink from 0 (paper) to 255 (full), row by row from the top left. */
export interface InkSheet {
  readonly width: number;
  readonly height: number;
  readonly ink: Uint8Array;
}

export interface StrokeStyle {
  /** From strand coordinates to sheet pixels: `sheet = offset + scale * strand`. */
  readonly scale: number;
  readonly offset: number;
  /** The full width of a stroke in sheet pixels. */
  readonly widthOf: (strand: Strand) => number;
}

export function blankSheet(width: number, height: number): InkSheet {
  return { width, height, ink: new Uint8Array(width * height) };
}

/** Draws strands as round-capped strokes with smooth edges. */
export function drawStrands(sheet: InkSheet, strands: readonly Strand[], style: StrokeStyle): void {
  for (const strand of strands) {
    const half = style.widthOf(strand) / 2;
    const count = strand.x.length;
    const segments = strand.closed ? count : count - 1;
    for (let index = 0; index < segments; index += 1) {
      const next = (index + 1) % count;
      drawSegment(
        sheet,
        style.offset + style.scale * (strand.x[index] + 0.5),
        style.offset + style.scale * (strand.y[index] + 0.5),
        style.offset + style.scale * (strand.x[next] + 0.5),
        style.offset + style.scale * (strand.y[next] + 0.5),
        half,
      );
    }
  }
}

/** Takes away what was drawn nearer to the border than `inset` sheet pixels. */
export function clearMargin({ width, height, ink }: InkSheet, inset: number): void {
  ink.fill(0, 0, inset * width);
  ink.fill(0, (height - inset) * width);
  for (let y = inset; y < height - inset; y += 1) {
    ink.fill(0, y * width, y * width + inset);
    ink.fill(0, (y + 1) * width - inset, (y + 1) * width);
  }
}

/** Draws the outline of a rectangle, all sizes in sheet pixels; `inset` is to the middle of the line. */
export function drawFrame(sheet: InkSheet, inset: number, lineWidth: number): void {
  const right = sheet.width - inset;
  const bottom = sheet.height - inset;
  const half = lineWidth / 2;
  drawSegment(sheet, inset, inset, right, inset, half);
  drawSegment(sheet, right, inset, right, bottom, half);
  drawSegment(sheet, right, bottom, inset, bottom, half);
  drawSegment(sheet, inset, bottom, inset, inset, half);
}

/** The ink of a pixel is how far its centre lies inside the stroke, cut to one pixel: that smooths the edge. */
function drawSegment(
  { width, height, ink }: InkSheet,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  half: number,
): void {
  const reach = half + 1;
  const startX = Math.max(0, Math.floor(Math.min(fromX, toX) - reach));
  const endX = Math.min(width - 1, Math.ceil(Math.max(fromX, toX) + reach));
  const startY = Math.max(0, Math.floor(Math.min(fromY, toY) - reach));
  const endY = Math.min(height - 1, Math.ceil(Math.max(fromY, toY) + reach));
  const runX = toX - fromX;
  const runY = toY - fromY;
  const square = runX * runX + runY * runY;
  for (let y = startY; y <= endY; y += 1) {
    for (let x = startX; x <= endX; x += 1) {
      const px = x + 0.5 - fromX;
      const py = y + 0.5 - fromY;
      const along = square === 0 ? 0 : Math.max(0, Math.min(1, (px * runX + py * runY) / square));
      const dx = px - along * runX;
      const dy = py - along * runY;
      const inside = half + 0.5 - Math.sqrt(dx * dx + dy * dy);
      if (inside <= 0) continue;
      const value = inside >= 1 ? 255 : Math.round(255 * inside);
      const pixel = y * width + x;
      if (value > ink[pixel]) ink[pixel] = value;
    }
  }
}
