import { leaf, pine, ridge } from '../nature.ts';
import { type Paintbox, shade } from '../paintbox.ts';
import { portrait, type Scene } from '../scene.ts';
import type { SeededRandom } from '../seeded-random.ts';
import {
  blob,
  circle,
  ellipse,
  group,
  inked,
  many,
  type Point,
  path,
  plain,
  polygon,
  rect,
} from '../shapes.ts';

export const owlAtNight: Scene = {
  name: 'owl-at-night',
  title: 'The owl and the full moon',
  ...portrait,
  draw(paint, random) {
    const sky =
      rect(0, 0, 1800, 2400, paint.across(90, ['#1c2a5c', '#2f4a86', '#5f7fb0', '#8fa6c2'])) +
      circle(1180, 620, 760, paint.around(['#fff3c8aa', '#ffe9b033', '#ffe9b000'])) +
      circle(1180, 620, 400, paint.round('#f7e9bd', 0.6)) +
      circle(1340, 470, 74, '#e3cf98') +
      circle(1420, 690, 50, '#e0cc97') +
      circle(1290, 860, 62, '#dcc68f');
    const hills =
      ridge('0,1960 500,1820 1100,1930 1800,1800', 2400, '#4a6690') +
      ridge('0,2140 600,2050 1200,2150 1800,2030', 2400, '#34507a');
    const stars = many(13, (index) => {
      const [x, y] = [random.between(60, 640) + (index % 3) * 20, 90 + index * 120 + random.between(-30, 30)];
      return star(
        index % 4 === 3 ? x + 1060 : x,
        index % 4 === 3 ? 1180 + (y % 320) : y,
        random.between(26, 46),
      );
    });
    const wood = many(6, (index) =>
      pine(paint, 100 + index * 330, 2420, random.between(380, 520), '#27506a'),
    );
    return {
      far: sky + hills,
      blur: 3,
      near: inked('#1d1a2c', 7, plain(stars) + wood + branch(paint, random) + owl(paint)),
      light: { x: 0.66, y: 0.26, colour: '#fff0c0' },
    };
  },
};

function star(x: number, y: number, radius: number): string {
  const points = Array.from({ length: 10 }, (_, index): Point => {
    const angle = (index / 10) * 2 * Math.PI - Math.PI / 2;
    const reach = index % 2 === 0 ? radius : radius * 0.44;
    return [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach];
  });
  return polygon(points, '#fbeeb4');
}

function branch(paint: Paintbox, random: SeededRandom): string {
  const bark = paint.across(90, ['#a5754a', '#6b4529', '#452a1a']);
  const wood =
    path(
      'M-20 1980Q500 1830 1000 1860Q1440 1850 1830 1690L1830 1770Q1480 1950 1010 1960Q520 1960 -20 2130Z',
      bark,
    ) +
    path('M1290 1850Q1440 1700 1500 1530L1550 1545Q1530 1720 1430 1850Z', bark) +
    path('M250 1930Q190 1800 210 1690L262 1690Q262 1800 350 1900Z', bark);
  const stems: readonly (readonly [number, number, number, number])[] = [
    [230, 1700, 90, 1560],
    [236, 1700, 270, 1520],
    [260, 1760, 430, 1680],
    [1520, 1550, 1430, 1390],
    [1525, 1550, 1610, 1390],
    [1520, 1620, 1700, 1560],
    [1640, 1800, 1740, 1950],
    [1460, 1900, 1500, 2070],
    [430, 1990, 400, 2150],
    [190, 2050, 120, 2190],
    [1130, 1940, 1220, 2080],
  ];
  const leaves = stems
    .map(([x, y, tipX, tipY]) =>
      leaf(paint, [x, y], [tipX, tipY], 62, random.pick(['#5f9a5a', '#7fae4f', '#4b8a68'])),
    )
    .join('');
  return leaves + wood;
}

function owl(paint: Paintbox): string {
  const brown = '#9a6b42';
  const tail = many(3, (index) =>
    path(`M${700 + index * 80} 1780h88v300q-44 50 -88 0Z`, paint.pillar(shade(brown, -0.25 + index * 0.08))),
  );
  const body = blob(
    '500,1700 440,1420 470,1120 560,960 820,900 1080,960 1170,1120 1200,1420 1140,1700 1000,1870 820,1910 640,1870',
    paint.round(brown),
  );
  const belly =
    '<path d="M820 1180C1000 1180 1050 1400 1040 1560C1030 1740 940 1860 820 1870C700 1860 610 1740 600 1560C590 1400 640 1180 820 1180Z"/>';
  const feathers = paint.inside(
    belly,
    rect(560, 1150, 520, 760, '#f2dcb4') +
      many(6, (row) => {
        const y = 1780 - row * 105;
        return many(6, (index) => {
          const x = 560 + index * 104 + (row % 2) * 52;
          return path(
            `M${x - 52} ${y - 60}h104v50a52 62 0 0 1 -104 0Z`,
            (index + row) % 2 ? '#f6e3c0' : '#e2bf8a',
            { stroke: '#a87a48', width: 9 },
          );
        });
      }),
  );
  const wing = (colour: string) =>
    blob('560,1090 450,1190 400,1420 440,1640 540,1800 620,1700 650,1500 640,1260', paint.round(colour)) +
    many(3, (index) =>
      path(
        `M${436 + index * 26} ${1420 + index * 130}q80 70 ${176 - index * 22} ${6 - index * 4}q-10 90 -80 96q-80 -10 -${96 - index * 14} -102Z`,
        shade(colour, index % 2 ? 0.16 : -0.26),
      ),
    );
  const wings = wing('#7d5232') + group('translate(1640 0) scale(-1 1)', wing('#6f4729'));
  const tufts =
    polygon('520,900 500,640 740,770', '#6f4729') + polygon('1120,900 1140,640 900,770', '#633e23');
  const head = blob(
    '820,720 1040,750 1160,880 1150,1060 1020,1180 820,1210 620,1180 490,1060 480,880 600,750',
    paint.round('#a9784b'),
  );
  const eye = (x: number) =>
    circle(x, 950, 166, paint.round('#f4e2c0', 0.7)) +
    circle(x, 950, 108, '#5d3a1e') +
    circle(x, 950, 92, paint.round('#f3b22e')) +
    circle(x, 950, 50, '#17130f') +
    circle(x - 22, 928, 20, '#ffffff');
  const beak = path(
    'M770 1010Q820 970 870 1010Q860 1110 820 1150Q780 1110 770 1010Z',
    paint.pillar('#e39a35'),
  );
  const feet = [690, 900]
    .map((x) => many(3, (index) => ellipse(x + (index - 0.5) * 44, 1880, 25, 52, paint.round('#e5a441'))))
    .join('');
  return tail + body + feathers + wings + feet + tufts + head + eye(660) + eye(980) + beak;
}
