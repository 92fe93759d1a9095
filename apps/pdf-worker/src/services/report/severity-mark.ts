import type { Severity } from '@pressroom/reports';
import type { EntryMark } from '../flow/flow-section.ts';
import { type Canvas, ink } from '../pages/canvas.ts';

export const severityNames = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Note',
} as const satisfies Record<Severity, string>;
const levels = { critical: 4, high: 3, medium: 2, low: 1, info: 0 } as const satisfies Record<
  Severity,
  number
>;

/** Four small squares, as many of them filled as the finding is grave: to be told apart without colour. */
export function drawSeverity(canvas: Canvas, severity: Severity, x: number, y: number, side: number): void {
  for (let square = 0; square < 4; square += 1) {
    const box = { x: x + square * side * 1.35, y, width: side, height: side };
    if (square < levels[severity]) canvas.fill(box, ink.text);
    else canvas.frame(box, 0.55);
  }
}

/** How wide four squares of that side are. */
export function severityWidth(side: number): number {
  return side * (3 * 1.35 + 1);
}

export function severityEntryMark(severity: Severity, side: number): EntryMark {
  return {
    width: severityWidth(side),
    draw: (canvas, x, baseline) => drawSeverity(canvas, severity, x, baseline, side),
  };
}
