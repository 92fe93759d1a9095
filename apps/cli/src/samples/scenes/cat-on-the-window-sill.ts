import { cloud, foliage, leaf, ridge, shadow } from '../nature.ts';
import type { Paintbox } from '../paintbox.ts';
import { portrait, type Scene } from '../scene.ts';
import {
  blob,
  circle,
  ellipse,
  group,
  inked,
  line,
  many,
  type Point,
  path,
  polygon,
  rect,
} from '../shapes.ts';

export const catOnTheWindowSill: Scene = {
  name: 'cat-on-the-window-sill',
  title: 'A cat waits by the window',
  ...portrait,
  draw(paint, random) {
    const outside =
      rect(0, 0, 1800, 2400, paint.across(90, ['#8cc4ec', '#cfe8f4', '#f8edd0', '#f8edd0'])) +
      cloud(paint, 620, 520, 460) +
      cloud(paint, 1350, 720, 400) +
      ridge('0,1180 500,1050 1100,1160 1800,1020', 2000, '#9dbf8a') +
      ridge('0,1400 600,1480 1200,1330 1800,1420', 2000, '#7dab5e') +
      rect(1230, 1150, 56, 400, '#76573d') +
      foliage(paint, random, [1260, 1030], 270, '#6fa04a');
    return {
      far: outside,
      blur: 5,
      near: inked('#4a342f', 7, room(paint) + curtain(paint) + plant(paint) + cat(paint)),
      light: { x: 0.4, y: 0.25, colour: '#fff0c8' },
    };
  },
};

function room(paint: Paintbox): string {
  const wall = path('M0 0H1800V2400H0ZM260 200V1790H1560V200Z', paint.across(20, ['#e2cfae', '#cfb48c']));
  const frame = path(
    'M210 150H1610V1800H210ZM310 250V1760H880V250ZM940 250V1760H1510V250Z',
    paint.across(60, ['#ffffff', '#e8e2d4']),
  );
  const bars = rect(300, 780, 590, 44, '#f6f1e6') + rect(930, 780, 590, 44, '#f3eddf');
  const sill =
    rect(90, 1790, 1620, 130, paint.across(90, ['#fffdf6', '#e9e0cd']), { corner: 14 }) +
    rect(150, 1918, 1500, 60, '#a98f6c');
  const panels = many(4, (index) =>
    rect(90 + index * 420, 2060, 340, 420, '#d3bb94', { stroke: '#b39a72', width: 12, corner: 8 }),
  );
  return `${wall.replace('<path', '<path fill-rule="evenodd"')}${frame.replace('<path', '<path fill-rule="evenodd"')}${bars}${panels}${sill}`;
}

function curtain(paint: Paintbox): string {
  const cloth = (x: number) => {
    const folds = many(4, (index) => {
      const left = x + index * 88;
      const sway = index * 14;
      const d = `M${left} 60C${left + 10} 600 ${left - 20 - sway} 1000 ${left - sway} 1700Q${left + 44 - sway} 1740 ${left + 88 - sway} 1700C${left + 70 - sway} 1000 ${left + 98} 600 ${left + 88} 60Z`;
      return path(d, paint.across(0, index % 2 ? ['#3f7f8f', '#2c6474'] : ['#68a6ae', '#4b8d99']));
    });
    return folds;
  };
  const pole = rect(20, 44, 1760, 40, paint.across(90, ['#c49257', '#7d5228']), { corner: 20 });
  const rings = circle(36, 64, 40, paint.round('#c49257')) + circle(1764, 64, 40, paint.round('#c49257'));
  return cloth(60) + group('translate(1800 0) scale(-1 1)', cloth(60)) + pole + rings;
}

function plant(paint: Paintbox): string {
  const stem: Point = [1330, 1560];
  const tips: readonly (readonly [number, number, number])[] = [
    [1120, 1330, 62],
    [1560, 1350, 66],
    [1200, 1130, 70],
    [1480, 1110, 70],
    [1340, 1000, 66],
    [1080, 1500, 54],
    [1600, 1530, 56],
  ];
  const leaves = tips
    .map(([x, y, breadth], index) =>
      leaf(paint, stem, [x, y], breadth * 1.25, index % 2 ? '#4f9a4c' : '#3c8350'),
    )
    .join('');
  const pot =
    shadow(paint, 1390, 1812, 260, 34, 0.35) +
    polygon('1180,1590 1480,1590 1440,1806 1220,1806', paint.pillar('#cf6f45')) +
    rect(1156, 1540, 348, 74, paint.pillar('#dd8054'), { corner: 12 });
  return leaves + pot;
}

function cat(paint: Paintbox): string {
  const fur = '#e0914a';
  const tail =
    line('M880 1760C1060 1760 1080 1850 1010 1960C960 2050 1000 2110 1060 2100', '#a8602a', 104) +
    line('M880 1760C1060 1760 1080 1850 1010 1960C960 2050 1000 2110 1060 2100', '#d3843f', 84);
  const body = blob(
    '500,1800 450,1640 490,1430 570,1280 700,1230 830,1280 920,1430 970,1640 920,1800 710,1815',
    paint.round(fur),
  );
  const chest = blob('600,1290 700,1330 810,1290 800,1440 710,1560 620,1440', '#fbead2');
  const haunches =
    ellipse(520, 1700, 130, 128, paint.round('#d98640')) +
    ellipse(900, 1700, 130, 128, paint.round('#cf7a36'));
  const legs = many(2, (index) =>
    rect(600 + index * 122, 1480, 100, 320, paint.pillar('#e59a55'), { corner: 50 }),
  );
  const paws = many(2, (index) => ellipse(644 + index * 132, 1784, 74, 48, paint.round('#fdeeda', 0.7)));
  const hindPaws =
    ellipse(480, 1790, 92, 44, paint.round('#fdeeda', 0.7)) +
    ellipse(944, 1790, 92, 44, paint.round('#fdeeda', 0.7));
  const ears =
    polygon('490,1060 486,800 680,930', '#c9752f') +
    polygon('520,1010 522,868 622,940', '#f0a9a0') +
    polygon('920,1060 926,800 740,930', '#bd6b29') +
    polygon('890,1010 892,868 796,940', '#e89c94');
  const head = blob(
    '705,900 850,930 940,1050 925,1190 830,1280 705,1300 580,1280 485,1190 470,1050 560,930',
    paint.round(fur),
  );
  const stripes = [-90, 0, 90]
    .map((x) => path(`M${683 + x} ${918 + Math.abs(x) * 0.14}h44l-22 ${x === 0 ? 110 : 86}Z`, '#a95f27'))
    .join('');
  const flankStripes = [1400, 1500, 1600]
    .map(
      (y, index) =>
        path(`M${474 - index * 12 + 16} ${y}q80 6 96 34q-50 16 -${112 - index * 4} 16Z`, '#b4682c') +
        path(`M${928 + index * 14} ${y}q-80 6 -96 34q50 16 112 16Z`, '#a25a24'),
    )
    .join('');
  const eye = (x: number) =>
    ellipse(x, 1085, 62, 58, '#5b3a1c') +
    ellipse(x, 1085, 50, 47, paint.round('#9ccc4f')) +
    ellipse(x, 1085, 19, 42, '#1d1a16') +
    circle(x - 16, 1066, 13, '#ffffff');
  const muzzle = ellipse(655, 1205, 74, 56, '#fdeeda') + ellipse(755, 1205, 74, 56, '#fbe7cd');
  const nose = path('M668 1150h74q-8 40 -37 50q-29 -10 -37 -50Z', '#d9706f');
  const mouth = line('M705 1198v24M705 1222q-26 38 -62 18M705 1222q26 38 62 18', '#6b3b22', 9);
  const whiskers = line(
    'M500 1190L400 1166M506 1222L398 1240M910 1190L1010 1166M904 1222L1012 1240',
    '#6b4630',
    6,
  );
  return (
    shadow(paint, 760, 1815, 420, 44, 0.4) +
    tail +
    body +
    flankStripes +
    haunches +
    chest +
    legs +
    hindPaws +
    paws +
    ears +
    head +
    stripes +
    eye(590) +
    eye(820) +
    muzzle +
    nose +
    mouth +
    whiskers
  );
}
