import type { Canvas } from '../pages/canvas.ts';
import type { Piece } from './piece.ts';

/** Stands before the page number of an entry of the contents. */
export interface EntryMark {
  readonly width: number;
  draw(canvas: Canvas, x: number, baseline: number): void;
}

export interface FlowSection {
  readonly title: string;
  readonly anchor: string;
  readonly pieces: readonly Piece[];
  /** What the contents list below it. */
  readonly entries: readonly { readonly title: string; readonly anchor: string; readonly mark?: EntryMark }[];
}
