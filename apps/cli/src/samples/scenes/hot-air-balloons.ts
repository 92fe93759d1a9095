import { bird, cloud, foliage, ridge } from '../nature.ts';
import { type Paintbox, shade } from '../paintbox.ts';
import { portrait, type Scene } from '../scene.ts';
import { inked, line, many, path, polygon, rect } from '../shapes.ts';

export const hotAirBalloons: Scene = {
  name: 'hot-air-balloons',
  title: 'Balloons over the valley',
  ...portrait,
  draw(paint, random) {
    const far =
      rect(0, 0, 1800, 2400, paint.across(90, ['#4f9bd9', '#9fd0ee', '#fdeccb', '#fdeccb'])) +
      cloud(paint, 1440, 400, 520) +
      cloud(paint, 260, 1130, 460) +
      cloud(paint, 1300, 1440, 420) +
      ridge('0,1640 420,1510 820,1620 1260,1490 1800,1610', 2400, paint.across(90, ['#9fb9cd', '#b9cdd2'])) +
      ridge('0,1760 520,1690 980,1770 1420,1660 1800,1720', 2400, paint.across(90, ['#86b08a', '#9cc18a']));
    const trees = many(5, (index) => {
      const x = 130 + index * 380 + random.between(-50, 50);
      const y = 1990 + (index % 2) * 60;
      return (
        rect(x - 14, y, 28, 110, '#6f4f35') +
        foliage(paint, random, [x, y - 30], 105, random.pick(['#4f8a41', '#6a9f3f', '#3f7b4a']), 6)
      );
    });
    return {
      far,
      blur: 3,
      near: inked(
        '#4a342f',
        7,
        balloon(paint, 1490, 960, 210, ['#3f7fb8', '#f3efe2', '#3f7fb8', '#f3efe2', '#3f7fb8']) +
          balloon(paint, 250, 420, 165, ['#4c9a63', '#f2d357', '#4c9a63', '#f2d357', '#4c9a63']) +
          bird(760, 240, 56) +
          bird(930, 330, 42) +
          fields(paint) +
          village(paint) +
          trees +
          balloon(paint, 800, 850, 400, [
            '#d1453b',
            '#f2a03d',
            '#f7dc6a',
            '#f2a03d',
            '#d1453b',
            '#f2a03d',
            '#d1453b',
          ]),
      ),
      light: { x: 0.1, y: 0.2, colour: '#ffe6ad' },
    };
  },
};

/** The envelope's gores, its skirt, ropes and the basket; (x, y) is the middle of the envelope. */
function balloon(paint: Paintbox, x: number, y: number, radius: number, colours: readonly string[]): string {
  const top = y - radius;
  const neck = y + radius * 1.28;
  const neckHalf = radius * 0.22;
  const side = (part: number) =>
    `C${x + part * radius * 1.34} ${top} ${x + part * radius * 1.22} ${y + radius * 0.62} ${x + part * neckHalf} ${neck}`;
  const back = (part: number) =>
    `C${x + part * radius * 1.22} ${y + radius * 0.62} ${x + part * radius * 1.34} ${top} ${x} ${top}`;
  const gores = colours
    .map((colour, index) => {
      const count = colours.length;
      const left = -Math.cos((index / count) * Math.PI);
      const right = -Math.cos(((index + 1) / count) * Math.PI);
      const light = 0.16 - (0.5 * index) / count;
      return path(
        `M${x} ${top}${side(left)}L${x + right * neckHalf} ${neck}${back(right)}Z`,
        paint.across(60, [shade(colour, light + 0.12), shade(colour, light - 0.06)]),
      );
    })
    .join('');
  const basketTop = neck + radius * 0.4;
  const half = radius * 0.2;
  const ropes = line(
    `M${x - neckHalf} ${neck}L${x - half} ${basketTop}M${x + neckHalf} ${neck}L${x + half} ${basketTop}`,
    '#5b4330',
    Math.max(6, radius * 0.025),
  );
  const skirt = polygon(
    [
      [x - neckHalf, neck - 4],
      [x + neckHalf, neck - 4],
      [x + neckHalf * 0.7, neck + radius * 0.12],
      [x - neckHalf * 0.7, neck + radius * 0.12],
    ],
    paint.pillar('#7c3a35'),
  );
  const basket =
    rect(x - half, basketTop, half * 2, radius * 0.3, paint.pillar('#b98246'), { corner: radius * 0.05 }) +
    rect(x - half * 1.12, basketTop - radius * 0.03, half * 2.24, radius * 0.09, paint.pillar('#7d4f28'), {
      corner: radius * 0.04,
    });
  return ropes + gores + skirt + basket;
}

function fields(paint: Paintbox): string {
  return (
    ridge('0,1890 500,1800 1100,1880 1800,1790', 2400, paint.across(90, ['#a9c765', '#7fa84c'])) +
    path('M0 2010Q420 1900 900 1960L700 2200L0 2240Z', paint.across(30, ['#e8cf73', '#d3b452'])) +
    path(
      'M900 1960Q1400 1880 1800 1930L1800 2200L1180 2260L700 2200Z',
      paint.across(30, ['#8fb955', '#6f9f45']),
    ) +
    path('M0 2190Q500 2120 980 2230T1800 2150L1800 2400L0 2400Z', paint.across(90, ['#6b9a45', '#3f6f35'])) +
    path(
      'M1080 2400Q1200 2280 1010 2170Q860 2080 1010 1960Q1080 1900 1010 1850L1040 1846Q1140 1900 1080 1970Q960 2080 1120 2165Q1330 2280 1290 2400Z',
      '#efe0b8',
    )
  );
}

function village(paint: Paintbox): string {
  const house = (x: number, y: number, size: number, roof: string) =>
    rect(x, y, size, size * 0.62, paint.across(0, ['#fdf4e0', '#d9c9aa'])) +
    polygon(
      [
        [x - size * 0.1, y + 4],
        [x + size * 0.5, y - size * 0.5],
        [x + size * 1.1, y + 4],
      ],
      paint.across(90, [shade(roof, 0.12), roof]),
    ) +
    rect(x + size * 0.36, y + size * 0.2, size * 0.28, size * 0.42, '#6d4a34');
  const church =
    rect(1490, 1640, 90, 250, paint.pillar('#f2e6cc')) +
    polygon('1472,1646 1535,1480 1598,1646', '#8d4136') +
    rect(1516, 1690, 38, 60, '#5b4a3d');
  return (
    church +
    house(1290, 1800, 130, '#b4523a') +
    house(1590, 1800, 150, '#a2482f') +
    house(1420, 1860, 130, '#c0603f')
  );
}
