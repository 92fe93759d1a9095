import { type Paintbox, shade } from '../paintbox.ts';
import { landscape, type Scene } from '../scene.ts';
import { fish, reef, weed } from '../sea-life.ts';
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

export const turtleReef: Scene = {
  name: 'turtle-reef',
  title: 'A turtle visits the reef',
  ...landscape,
  draw(paint, random) {
    const rays = many(5, (index) => {
      const x = 260 + index * 330;
      return polygon(
        [
          [x, 0],
          [x + 150, 0],
          [x + 20 + index * 60, 1500],
          [x - 330 + index * 60, 1500],
        ],
        paint.across(90, ['#e9fbff3a', '#e9fbff00']),
      );
    });
    const far =
      rect(0, 0, 2400, 1800, paint.across(90, ['#8fdfe6', '#35a9c6', '#1479a6', '#0c5686'])) +
      path('M0 1330Q300 1160 560 1300T1080 1330T1700 1240T2400 1280V1800H0Z', '#2484a5') +
      rays;
    const sand = path(
      'M0 1600Q500 1490 1100 1580T2400 1540V1800H0Z',
      paint.across(90, ['#f0dca6', '#c9a86c']),
    );
    const bubbles = many(9, (index) => {
      const [x, y] = [random.between(1780, 1960), 180 + index * 95];
      return circle(x, y, random.between(22, 44), '#d8f6fa', { opacity: 0.55, stroke: '#ffffff', width: 8 });
    });
    return {
      far,
      blur: 6,
      near: inked(
        '#173d4e',
        7,
        weed(paint, random, 2190, 1640, 760) +
          weed(paint, random, 2320, 1640, 560) +
          weed(paint, random, 110, 1640, 700) +
          sand +
          reef(paint, random) +
          bubbles +
          fish(paint, 480, 420, 1, '#f2b32f', '#f7f2e4') +
          fish(paint, 330, 880, 0.72, '#f2b32f', '#f7f2e4') +
          fish(paint, 2080, 1120, 0.9, '#e8603c', '#ffffff', true) +
          turtle(paint),
      ),
      light: { x: 0.4, y: 0, colour: '#d8fbff' },
    };
  },
};

function turtle(paint: Paintbox): string {
  const skin = '#7fae5e';
  const flippers =
    blob('1010,900 900,1010 760,1210 740,1320 860,1270 1060,1110 1170,1000', paint.round(skin)) +
    blob('1560,760 1680,790 1800,900 1830,990 1720,960 1560,880', paint.round(shade(skin, -0.1)));
  const farFlipper = blob(
    '1010,640 960,500 980,340 1040,300 1100,400 1150,560',
    paint.round(shade(skin, -0.2)),
  );
  const tail = polygon('1600,700 1730,690 1620,770', shade(skin, -0.2));
  const head =
    blob('900,700 800,640 690,640 610,710 620,800 720,850 840,850 940,860', paint.round(skin)) +
    ellipse(706, 718, 40, 42, '#f8f4e4') +
    circle(700, 722, 25, '#1f1b18') +
    circle(692, 712, 9, '#ffffff') +
    line('M622 790Q690 810 752 780', '#4b6b35', 10);
  const rim = ellipse(1260, 770, 400, 268, paint.round('#d6b56b'), { turn: 4 });
  const shell = ellipse(1260, 752, 356, 226, '#6e4c2a', { turn: 4 });
  return (
    farFlipper +
    tail +
    flippers +
    head +
    rim +
    shell +
    inked('#42260f', 10, group('rotate(4 1260 752)', scutes(paint)))
  );
}

/** The plates of the shell: three along the back and a ring around them, dark seams between. */
function scutes(paint: Paintbox): string {
  const seam = 0.955;
  const at = (angle: number, reach: number): Point => [
    1260 + Math.cos(angle) * 340 * reach,
    752 + Math.sin(angle) * 212 * reach,
  ];
  const ring = many(10, (index) => {
    const from = (index / 10) * 2 * Math.PI;
    const to = ((index + 1) / 10) * 2 * Math.PI;
    const lit = -0.18 * Math.sin((from + to) / 2) - 0.1 * Math.cos((from + to) / 2);
    return polygon(
      [at(from, 0.6), at(from, 0.97), at((from + to) / 2, 1), at(to, 0.97), at(to, 0.6)],
      shade('#b0793c', lit),
    );
  });
  const hexagon = (x: number, size: number, colour: string) =>
    polygon(
      Array.from({ length: 6 }, (_, corner): Point => {
        const angle = (corner / 6) * 2 * Math.PI;
        return [x + Math.cos(angle) * 76 * size * seam, 752 + Math.sin(angle) * 128 * size * seam];
      }),
      paint.round(colour),
    );
  return (
    ring +
    ellipse(1260, 752, 204, 127, '#c08a48') +
    hexagon(1120, 0.9, '#d9a864') +
    hexagon(1262, 0.96, '#e0b06a') +
    hexagon(1404, 0.9, '#d2a05a')
  );
}
