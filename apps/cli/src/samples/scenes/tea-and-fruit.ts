import { leaf, shadow } from '../nature.ts';
import { type Paintbox, shade } from '../paintbox.ts';
import { landscape, type Scene } from '../scene.ts';
import {
  blob,
  circle,
  curve,
  ellipse,
  inked,
  line,
  many,
  type Point,
  path,
  polygon,
  rect,
  toPoints,
} from '../shapes.ts';

export const teaAndFruit: Scene = {
  name: 'tea-and-fruit',
  title: 'Tea and a bowl of fruit',
  ...landscape,
  draw(paint) {
    const wall =
      rect(0, 0, 2400, 1800, paint.across(15, ['#bcd0c4', '#9bb7ae', '#7d9c98'])) +
      polygon('180,120 760,60 900,800 330,880', '#f5ecc9', { opacity: 0.6 }) +
      polygon('840,52 1300,10 1430,720 985,790', '#f5ecc9', { opacity: 0.6 });
    const table =
      rect(0, 1130, 2400, 670, paint.across(90, ['#c08a54', '#96623a'])) +
      many(3, (index) => line(`M0 ${1290 + index * 190}H2400`, '#84542f', 10));
    const cloth =
      path('M180 1400L900 1180L2200 1330L1500 1800H420Z', paint.across(30, ['#fbf6ea', '#dccfb8'])) +
      line('M262 1410L905 1216L2110 1350L1440 1790', '#c9534a', 22);
    return {
      far: wall,
      blur: 6,
      near: inked('#4a342f', 7, table + cloth + bowl(paint) + teapot(paint) + cup(paint) + looseFruit(paint)),
      light: { x: 0.1, y: 0.1, colour: '#fff0c4' },
    };
  },
};

function apple(paint: Paintbox, x: number, y: number, r: number, colour: string): string {
  const outline: readonly Point[] = [
    [x, y - r * 0.78],
    [x + r * 0.5, y - r * 0.95],
    [x + r, y - r * 0.35],
    [x + r * 0.8, y + r * 0.55],
    [x + r * 0.32, y + r * 0.95],
    [x, y + r * 0.86],
    [x - r * 0.32, y + r * 0.95],
    [x - r * 0.8, y + r * 0.55],
    [x - r, y - r * 0.35],
    [x - r * 0.5, y - r * 0.95],
  ];
  return (
    blob(outline, paint.round(colour)) +
    line(`M${x} ${y - r * 0.72}Q${x + 4} ${y - r * 1.05} ${x + r * 0.2} ${y - r * 1.25}`, '#5d3d22', 18) +
    leaf(paint, [x + r * 0.1, y - r * 0.98], [x + r * 0.85, y - r * 1.25], r * 0.26, '#5e9a44')
  );
}

function pear(paint: Paintbox, x: number, y: number, r: number): string {
  const outline: readonly Point[] = [
    [x, y - r * 1.7],
    [x + r * 0.42, y - r * 1.45],
    [x + r * 0.55, y - r * 0.75],
    [x + r, y + r * 0.1],
    [x + r * 0.75, y + r * 0.85],
    [x, y + r * 1.02],
    [x - r * 0.75, y + r * 0.85],
    [x - r, y + r * 0.1],
    [x - r * 0.55, y - r * 0.75],
    [x - r * 0.42, y - r * 1.45],
  ];
  return blob(outline, paint.round('#c9cc4f')) + line(`M${x} ${y - r * 1.66}q8 -50 40 -80`, '#5d3d22', 18);
}

function orange(paint: Paintbox, x: number, y: number, r: number): string {
  return circle(x, y, r, paint.round('#ee8b2d')) + circle(x - r * 0.1, y - r * 0.6, 16, '#6d7f2f');
}

function bowl(paint: Paintbox): string {
  const grapes = toPoints('1190,1010 1280,990 1150,920 1240,900 1330,910 1205,820 1295,820')
    .map(([x, y]) => circle(x, y, 58, paint.round('#7d4a9a')))
    .join('');
  const banana = path(
    `${curve('520,880 560,700 700,560 860,520 880,560 760,660 700,780 690,900')}Z`,
    paint.across(50, ['#f9e06a', '#dfb030']),
  );
  const body = path('M430 960H1400Q1380 1290 1090 1370H740Q450 1290 430 960Z', paint.pillar('#3d74a8'));
  const band = path('M452 1062Q915 1130 1378 1062L1352 1150Q915 1220 478 1150Z', paint.pillar('#f4ead2'));
  const dots = many(6, (index) =>
    circle(560 + index * 142, 1128 + (index === 0 || index === 5 ? -10 : 4), 27, '#d8563f'),
  );
  const rim = path('M404 930Q915 1010 1426 930L1418 986Q915 1070 412 986Z', paint.pillar('#5c94c4'));
  const foot = path('M770 1360H1060L1100 1424H730Z', paint.pillar('#315f8c'));
  return (
    shadow(paint, 1010, 1420, 560, 70, 0.5) +
    banana +
    pear(paint, 960, 720, 150) +
    grapes +
    orange(paint, 1090, 880, 136) +
    apple(paint, 690, 860, 150, '#c9372f') +
    apple(paint, 890, 900, 138, '#8fb43f') +
    foot +
    body +
    band +
    dots +
    rim
  );
}

function teapot(paint: Paintbox): string {
  const glaze = '#d9674f';
  const spout = path(
    'M1560 1090Q1440 1040 1440 900Q1436 830 1380 800L1450 770Q1530 820 1540 920Q1560 960 1620 960Z',
    paint.across(60, [shade(glaze, 0.2), shade(glaze, -0.2)]),
  );
  const handle =
    line('M2020 930Q2220 860 2230 1030T2010 1190', shade(glaze, -0.38), 66) +
    line('M2020 930Q2220 860 2230 1030T2010 1190', shade(glaze, -0.1), 44);
  const body = blob(
    '1800,820 1980,870 2080,1040 2030,1220 1900,1310 1700,1310 1570,1220 1520,1040 1620,870',
    paint.round(glaze),
  );
  const lid =
    path('M1640 856Q1660 740 1800 730T1960 856Q1800 900 1640 856Z', paint.round(shade(glaze, 0.1))) +
    circle(1800, 700, 46, paint.round('#f1d59a'));
  const petals = many(5, (index) => {
    const angle = (index / 5) * 2 * Math.PI - Math.PI / 2;
    return circle(1790 + Math.cos(angle) * 74, 1070 + Math.sin(angle) * 74, 52, '#fbf1dc');
  });
  const base = path('M1680 1296H1920L1940 1340H1660Z', paint.pillar(shade(glaze, -0.25)));
  return (
    shadow(paint, 1860, 1345, 420, 56, 0.5) +
    handle +
    spout +
    base +
    body +
    petals +
    circle(1790, 1070, 42, '#eab544') +
    lid
  );
}

function cup(paint: Paintbox): string {
  return (
    shadow(paint, 1450, 1625, 350, 66, 0.42) +
    ellipse(1420, 1590, 310, 78, paint.across(20, ['#ffffff', '#c6bca8'])) +
    ellipse(1420, 1580, 190, 40, '#d5cbb8') +
    line('M1590 1450q120 -20 110 60t-140 60', '#9fb7b5', 50) +
    line('M1590 1450q120 -20 110 60t-140 60', '#e9f0ea', 30) +
    path('M1230 1400H1610Q1600 1540 1510 1600H1330Q1240 1540 1230 1400Z', paint.pillar('#7fb3ad')) +
    ellipse(1420, 1400, 190, 54, '#f2f5ee') +
    ellipse(1420, 1404, 160, 40, paint.across(0, ['#8c4b22', '#b86e34']))
  );
}

function looseFruit(paint: Paintbox): string {
  return (
    shadow(paint, 720, 1690, 200, 40, 0.45) +
    orange(paint, 680, 1570, 126) +
    shadow(paint, 1010, 1730, 190, 36, 0.45) +
    apple(paint, 960, 1610, 122, '#d5443a') +
    leaf(paint, [450, 1640], [260, 1560], 60, '#5e9a44')
  );
}
