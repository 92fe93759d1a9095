import { cloud, pine, ridge, shadow, stone } from '../nature.ts';
import type { Paintbox } from '../paintbox.ts';
import { landscape, type Scene } from '../scene.ts';
import { ellipse, faded, group, inked, line, many, path, plain, polygon, rect } from '../shapes.ts';

export const mountainLake: Scene = {
  name: 'mountain-lake',
  title: 'Morning at the mountain lake',
  ...landscape,
  draw(paint, random) {
    const mountains =
      peak(paint, 520, 420, 560, 1000) +
      peak(paint, 1980, 470, 600, 1000) +
      peak(paint, 1240, 210, 760, 1000);
    const hills =
      ridge('0,900 420,820 860,940 1240,985', 1010, '#5f8a6b') +
      ridge('1180,985 1620,890 2060,810 2400,850', 1010, '#547f66');
    const shore = many(17, (index) => {
      const x = 40 + index * 146;
      const distance = Math.abs(x - 1240) / 1240;
      return pine(
        paint,
        x + random.between(-24, 24),
        1012,
        130 + distance * 150 + random.between(-16, 16),
        '#578a70',
      );
    });
    const far =
      rect(0, 0, 2400, 1800, paint.across(90, ['#5c9fdb', '#a5d0ec', '#fde9cc', '#fde9cc'])) +
      cloud(paint, 420, 300, 420) +
      cloud(paint, 1900, 290, 500) +
      mountains;
    const water = rect(0, 1000, 2400, 800, paint.across(90, ['#bfe0e6', '#5fa9bf', '#2c7398', '#1d5578']));
    const reflection = faded(0.2, group('translate(0 2010) scale(1 -1)', mountains + hills));
    const ripples = [1180, 1310, 1450]
      .map((y, index) =>
        ellipse(900 + index * 330, y, 250 + index * 60, 13 + index * 3, '#d6eef0', { opacity: 0.75 }),
      )
      .join('');
    const bank = path(
      'M0 1560Q360 1480 760 1620Q1000 1700 1160 1800H0Z',
      paint.across(80, ['#94b855', '#5d8a3c']),
    );
    const rightBank = path(
      'M2400 1400Q2160 1440 2080 1560Q1960 1700 1980 1800H2400Z',
      paint.across(80, ['#8bb04f', '#547f38']),
    );
    const stones =
      stone(paint, random, 820, 1740, 260) +
      stone(paint, random, 1060, 1800, 210, '#a39a8c') +
      stone(paint, random, 2030, 1750, 240, '#8f8a86') +
      stone(paint, random, 600, 1640, 150, '#a59f96');
    const trees =
      shadow(paint, 250, 1690, 320, 40) +
      pine(paint, 460, 1620, 760, '#3d7a55') +
      pine(paint, 170, 1700, 1180, '#2f6b4b') +
      pine(paint, 2250, 1590, 1040, '#2f6b4b');
    return {
      far,
      blur: 3,
      near: inked(
        '#24404c',
        7,
        hills +
          plain(shore) +
          water +
          reflection +
          plain(ripples) +
          canoe(paint) +
          bank +
          rightBank +
          stones +
          trees,
      ),
      light: { x: 0.2, y: 0.15, colour: '#ffe9b8' },
    };
  },
};

/** Lit on the left, in shadow on the right, snow down to a jagged line. */
function peak(paint: Paintbox, x: number, top: number, half: number, foot: number): string {
  const height = foot - top;
  const snow = top + height * 0.36;
  const slope = (half / height) * (snow - top);
  return (
    polygon(
      [
        [x - half, foot],
        [x, top],
        [x + half * 0.1, top + height * 0.5],
        [x - half * 0.08, foot],
      ],
      paint.across(70, ['#a8b4cc', '#8796b4']),
    ) +
    polygon(
      [
        [x, top],
        [x + half, foot],
        [x - half * 0.08, foot],
        [x + half * 0.1, top + height * 0.5],
      ],
      paint.across(90, ['#6d7ea3', '#5d7294']),
    ) +
    polygon(
      [
        [x - slope, snow],
        [x, top],
        [x + slope * 0.2, snow - height * 0.03],
        [x - slope * 0.12, snow + height * 0.08],
        [x - slope * 0.4, snow - height * 0.02],
        [x - slope * 0.68, snow + height * 0.06],
      ],
      '#fdfdff',
    ) +
    polygon(
      [
        [x, top],
        [x + slope, snow],
        [x + slope * 0.72, snow + height * 0.07],
        [x + slope * 0.5, snow - height * 0.03],
        [x + slope * 0.2, snow - height * 0.03],
      ],
      '#c9d6ea',
    )
  );
}

function canoe(paint: Paintbox): string {
  return (
    ellipse(1500, 1492, 400, 36, '#184a68', { opacity: 0.5 }) +
    path(
      'M1090 1330Q1500 1440 1910 1330Q1890 1450 1780 1490H1220Q1110 1450 1090 1330Z',
      paint.across(90, ['#e0523c', '#98281d']),
    ) +
    path('M1090 1330Q1500 1440 1910 1330Q1700 1368 1500 1368T1090 1330Z', '#7b4b2c') +
    path('M1100 1368Q1500 1482 1900 1368L1893 1400Q1500 1516 1107 1400Z', '#f8ead0') +
    rect(1330, 1368, 60, 34, '#d9aa68') +
    rect(1610, 1368, 60, 34, '#d9aa68') +
    line('M1400 1250L1680 1520', '#a06a38', 20) +
    path('M1660 1490q26 -30 56 10l50 70q10 50 -40 34l-66 -74Z', paint.across(40, ['#d9a05b', '#a26b33']))
  );
}
