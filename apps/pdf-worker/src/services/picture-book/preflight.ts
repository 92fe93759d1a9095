import { joinRanges } from '../pages/number-ranges.ts';
import { minimumDpi } from './placement.ts';

export interface PlacedPicture {
  /** Position of its photo in the job, from 0. */
  readonly photo: number;
  readonly pageNumber: number;
  /** Pixels of the picture as it came. */
  readonly width: number;
  readonly height: number;
  /** Dots per inch at the size at which it is printed. */
  readonly dpi: number;
}

/** One sentence for each picture that is printed coarser than it should be, with the reason. */
export function preflightRemarks(pictures: readonly PlacedPicture[]): string[] {
  return coarse(pictures).map(
    ({ photo, pageNumber, width, height, dpi }) =>
      `The picture of photo ${photo + 1} (page ${pageNumber}) has only ${width} × ${height} pixels, so it is printed ` +
      `at ${Math.floor(dpi)} dots per inch instead of ${minimumDpi} or more.`,
  );
}

/** The same for a page of the book: many remarks of one sort become one sentence. */
export function printedPreflight(pictures: readonly PlacedPicture[]): string[] {
  const affected = coarse(pictures);
  if (affected.length === 0) return [`Every picture is printed at ${minimumDpi} dots per inch or more.`];
  if (affected.length <= 6) return preflightRemarks(affected);
  const lowest = Math.floor(Math.min(...affected.map(({ dpi }) => dpi)));
  return [
    `The pictures on pages ${joinRanges(affected.map(({ pageNumber }) => pageNumber))} have so few pixels that they ` +
      `are printed at less than ${minimumDpi} dots per inch, the coarsest at ${lowest}.`,
  ];
}

/** Half a dot of tolerance: a picture that was set smaller to keep 150 dpi is not remarked for a rounding. */
function coarse(pictures: readonly PlacedPicture[]): PlacedPicture[] {
  return pictures.filter(({ dpi }) => dpi < minimumDpi - 0.5);
}
