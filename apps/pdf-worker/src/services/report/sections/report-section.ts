import type { Severity } from '@pressroom/reports';
import type { Piece } from '../piece.ts';

export interface SectionOfReport {
  readonly title: string;
  readonly anchor: string;
  readonly pieces: readonly Piece[];
  /** What the contents list below it. */
  readonly entries: readonly { readonly title: string; readonly anchor: string; readonly mark?: Severity }[];
}
