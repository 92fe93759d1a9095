import { cloud, flower, foliage, grass, ridge, shadow } from '../nature.ts';
import { type Paintbox, shade } from '../paintbox.ts';
import { landscape, type Scene } from '../scene.ts';
import { circle, inked, line, many, path, polygon, rect } from '../shapes.ts';

export const cottageGarden: Scene = {
  name: 'cottage-garden',
  title: 'Summer in the cottage garden',
  ...landscape,
  draw(paint, random) {
    const far =
      rect(0, 0, 2400, 1800, paint.across(90, ['#69b1e4', '#b7ddf1', '#f9efd6'])) +
      cloud(paint, 1560, 300, 480) +
      cloud(paint, 2140, 370, 400) +
      ridge('0,860 600,740 1300,850 1900,700 2400,780', 1800, paint.across(90, ['#9cc0a6', '#8cb57f'])) +
      many(6, (index) =>
        foliage(paint, random, [1500 + index * 180, 960 - (index % 2) * 30], 120, '#6f9d55', 6),
      );
    const lawn = path('M0 1180Q1200 1060 2400 1160V1800H0Z', paint.across(90, ['#a4c95c', '#5f953f']));
    const way = path(
      'M1096 1240L1264 1240Q1290 1400 1480 1510Q1680 1640 1660 1800L960 1800Q1120 1640 1110 1500Q1060 1360 1096 1240Z',
      paint.across(90, ['#e6d3a5', '#c6a873']),
    );
    const tree =
      shadow(paint, 420, 1480, 470, 70, 0.42) +
      path(
        'M330 1490Q390 1280 372 940L500 940Q490 1280 570 1490Q450 1440 330 1490Z',
        paint.pillar('#80593a'),
      ) +
      foliage(paint, random, [440, 640], 430, '#5b9440', 9) +
      many(8, (index) =>
        circle(
          210 + (index % 4) * 150 + random.between(-30, 30),
          500 + Math.floor(index / 4) * 260 + random.between(-40, 40),
          34,
          paint.round('#d43b2f'),
        ),
      );
    const bushes = [880, 1400, 1560, 1730]
      .map((x, index) => foliage(paint, random, [x, 1235], 96, index % 2 ? '#6da04a' : '#4f8a4c', 6))
      .join('');
    return {
      far,
      blur: 3,
      near: inked('#4a342f', 7, lawn + way + cottage(paint) + bushes + tree + garden()),
      light: { x: 0.2, y: 0.1, colour: '#fff0bd' },
    };

    function garden(): string {
      const bed = (x: number, y: number, count: number) =>
        many(count, (index) => grass(random, x + index * 205, y + 150, 130, '#4f8a3c')) +
        many(count, (index) =>
          flower(
            paint,
            x + index * 205,
            y + random.between(-36, 20),
            84,
            random.pick(['#e2557f', '#f5f0e6', '#7b63c4', '#ef7f3a', '#f4cf4e']),
          ),
        );
      return (
        fence(paint, 0, 900, 1500) + fence(paint, 1760, 2420, 1500) + bed(90, 1650, 4) + bed(1850, 1650, 3)
      );
    }
  },
};

function cottage(paint: Paintbox): string {
  const wall = rect(820, 800, 980, 440, paint.across(15, ['#fff6df', '#f0dcb4', '#dcc393']));
  const gable = polygon('1380,810 1590,500 1800,810', paint.across(15, ['#fbefd2', '#e4cda0']));
  const roof = polygon('740,830 900,440 1600,440 1400,830', paint.across(80, ['#cf6a45', '#a1452d']));
  const gableRoof =
    polygon('1330,850 1575,440 1625,440 1640,500 1400,880', '#8f3b26') +
    polygon('1600,440 1870,850 1800,880 1570,500', paint.across(60, ['#b9573a', '#7c311f']));
  const rows = many(3, (row) => {
    const y = 530 + row * 98;
    const slope = ((y - 440) / 390) * 160;
    return line(`M${900 - slope} ${y}L${1546 - row * 62} ${y}`, '#8a3a26', 9);
  });
  const chimney =
    rect(1010, 330, 110, 190, paint.pillar('#a8604a')) + rect(990, 304, 150, 44, paint.pillar('#8a4b39'));
  const smoke =
    circle(1080, 230, 46, '#f4f4f2', { opacity: 0.95 }) +
    circle(1140, 150, 60, '#fafaf8', { opacity: 0.95 }) +
    circle(1230, 60, 76, '#ffffff', { opacity: 0.95 });
  const door =
    path('M1096 1244V1010a84 84 0 0 1 168 0V1244Z', paint.pillar('#3c7c72'), {
      stroke: '#f7ecd2',
      width: 22,
    }) +
    circle(1232, 1120, 15, '#e8c15a') +
    rect(1066, 1236, 228, 32, '#b6a68c');
  const window = (x: number, y: number, width: number, height: number) =>
    rect(x, y, width, height, paint.across(50, ['#a9d3e6', '#5d8ba6']), { stroke: '#fffaf0', width: 20 }) +
    line(`M${x + width / 2} ${y}v${height}M${x} ${y + height / 2}h${width}`, '#fffaf0', 14) +
    rect(x - 70, y - 12, 52, height + 24, paint.pillar('#4c8a94')) +
    rect(x + width + 18, y - 12, 52, height + 24, paint.pillar('#4c8a94')) +
    rect(x - 30, y + height + 14, width + 60, 46, paint.pillar('#9d6a3f')) +
    many(4, (index) =>
      circle(x + (index * width) / 3, y + height + 4, 32, paint.round(shade('#df4a6b', index * 0.12))),
    );
  return (
    smoke +
    wall +
    gable +
    chimney +
    roof +
    rows +
    gableRoof +
    door +
    window(890, 930, 130, 160) +
    window(1490, 930, 190, 170) +
    circle(1594, 680, 56, '#6d9ab3', { stroke: '#fffaf0', width: 18 })
  );
}

function fence(paint: Paintbox, from: number, to: number, y: number): string {
  const rails = rect(from, y + 50, to - from, 30, '#e2d9c8') + rect(from, y + 170, to - from, 30, '#d3c8b4');
  const count = Math.floor((to - from) / 96);
  const pickets = many(count, (index) => {
    const x = from + 14 + index * 96;
    return path(`M${x} ${y + 250}V${y + 20}l29 -40l29 40V${y + 250}Z`, paint.pillar('#fbf7ee', 0.6));
  });
  return rails + pickets;
}
