import { expect, test } from '@jest/globals';
import { joinRanges } from '../src/services/pages/number-ranges.ts';
import { placePicture } from '../src/services/picture-book/placement.ts';
import { preflightRemarks, printedPreflight } from '../src/services/picture-book/preflight.ts';

const place = { width: 480, height: 700 };

test('a picture with enough pixels fills its place', () => {
  const { width, height, dpi } = placePicture({ width: 2048, height: 1536 }, place);
  expect(width).toBeCloseTo(480);
  expect(height).toBeCloseTo(360);
  expect(dpi).toBeCloseTo(307.2);
});

test('a picture with few pixels is set smaller to keep 150 dpi', () => {
  const { width, dpi } = placePicture({ width: 800, height: 600 }, place);
  expect(dpi).toBeCloseTo(150);
  expect(width).toBeCloseTo(384);
});

test('a tiny picture is not set as a stamp, and remarked', () => {
  const { width, dpi } = placePicture({ width: 200, height: 150 }, place);
  expect(width).toBeCloseTo(480 * 0.6);
  expect(preflightRemarks([{ photo: 2, pageNumber: 4, width: 200, height: 150, dpi }])).toEqual([
    'The picture of photo 3 (page 4) has only 200 × 150 pixels, so it is printed at 50 dots per inch instead of 150 or more.',
  ]);
});

test('pictures of any shape stay inside their place', () => {
  for (const [width, height] of [
    [4000, 40],
    [40, 4000],
    [1, 1],
    [2048, 2048],
  ] as const) {
    const placed = placePicture({ width, height }, place);
    expect(placed.width).toBeLessThanOrEqual(480.001);
    expect(placed.height).toBeLessThanOrEqual(700.001);
    expect(placed.width / placed.height).toBeCloseTo(width / height, 5);
  }
});

test('many coarse pictures are one sentence in the book', () => {
  const many = Array.from({ length: 9 }, (_, photo) => ({
    photo,
    pageNumber: photo < 4 ? photo + 2 : photo + 10,
    width: 100,
    height: 100,
    dpi: 60 + photo,
  }));
  expect(preflightRemarks(many)).toHaveLength(9);
  expect(printedPreflight(many)).toEqual([
    'The pictures on pages 2–5 and 14–18 have so few pixels that they are printed at less than 150 dots per inch, the coarsest at 60.',
  ]);
});

test('numbers are joined as one would say them', () => {
  expect(joinRanges([7])).toBe('7');
  expect(joinRanges([3, 4])).toBe('3 and 4');
  expect(joinRanges([1, 2, 3, 7, 9, 10, 11])).toBe('1–3, 7 and 9–11');
});
