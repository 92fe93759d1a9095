import { bird, cloud, flower, grass, ridge, stone } from '../nature.ts';
import { type Paintbox, shade } from '../paintbox.ts';
import { landscape, type Scene } from '../scene.ts';
import { circle, curve, ellipse, inked, many, path, polygon, rect } from '../shapes.ts';

export const lighthouse: Scene = {
  name: 'lighthouse',
  title: 'The lighthouse on the cliff',
  ...landscape,
  draw(paint, random) {
    const sky =
      rect(0, 0, 2400, 1800, paint.across(90, ['#5b9fd6', '#a9d3ea', '#fbe3bd', '#fbe3bd'])) +
      circle(330, 700, 110, paint.around(['#fffbe6', '#ffeeb0', '#ffe08c'])) +
      cloud(paint, 720, 420, 620) +
      cloud(paint, 1230, 690, 380, '#fff6ea') +
      cloud(paint, 2120, 330, 460);
    const sea =
      rect(0, 980, 2400, 820, paint.across(90, ['#79bccb', '#3f93b4', '#1f6690', '#154d78'])) +
      ridge('0,900 240,830 460,900 760,982', 984, paint.across(90, ['#93a6b5', '#7f9aa3']));
    const waves = many(4, (row) => {
      const y = 1130 + row * 150 + row * row * 14;
      const length = 240 + row * 60;
      const d = `M-200 ${y}${many(14, (index) => `q${length / 2} ${(index % 2 ? 1 : -1) * (16 + row * 9)} ${length} 0`)}L2700 1800L-200 1800Z`;
      return path(d, shade('#4f9fbe', -0.17 * row - 0.02));
    });
    const birds = bird(1180, 250, 62) + bird(1370, 340, 44) + bird(820, 560, 38);
    return {
      far: sky + sea,
      blur: 3,
      near: inked('#4a342f', 7, waves + boat(paint) + cliff(paint) + tower(paint) + birds + foreground()),
      light: { x: 0.14, y: 0.38, colour: '#ffdf9e' },
    };

    function foreground(): string {
      const tufts = many(9, (index) =>
        grass(random, 1330 + index * 125, 1790, random.between(110, 170), '#5d8b3c'),
      );
      const blossoms = many(4, (index) =>
        flower(
          paint,
          1400 + index * 265,
          1660 + (index % 2) * 50,
          88,
          random.pick(['#f4f1ea', '#e8729a', '#f3c34d']),
        ),
      );
      const stones =
        stone(paint, random, 1000, 1730, 320) +
        stone(paint, random, 760, 1800, 260, '#7d7a78') +
        stone(paint, random, 1180, 1810, 250, '#a0968a');
      return stones + tufts + blossoms;
    }
  },
};

function boat(paint: Paintbox): string {
  const hull = path(
    'M300 1290L960 1290Q920 1420 820 1440L420 1440Q340 1400 300 1290Z',
    paint.across(90, ['#b5402f', '#7c241c']),
  );
  const stripe = path('M304 1290L958 1290L946 1330L318 1330Z', '#f6efe2');
  const mast = rect(612, 640, 20, 655, paint.pillar('#7a5434'));
  const mainSail = path('M650 660Q960 960 930 1240L650 1240Z', paint.across(0, ['#fffaf0', '#e6d8c0']));
  const band = path('M650 985L880 985Q912 1050 922 1110L650 1110Z', '#e3813b');
  const jib = path('M596 700Q480 1000 360 1240L596 1240Z', paint.across(0, ['#fdf3df', '#d8c6a8']));
  const flag = polygon('632,640 632,575 740,610', '#2b62a3');
  const reflection = ellipse(630, 1480, 370, 44, '#12466e', { opacity: 0.45 });
  const foam = path(
    'M250 1446q60 -34 120 0q60 -34 120 0q60 -34 120 0q60 -34 120 0q60 -34 120 0q60 -34 120 0q-30 50 -90 46L330 1492Q270 1490 250 1446Z',
    '#dff0f2',
  );
  return reflection + hull + stripe + mast + mainSail + band + jib + flag + foam;
}

function cliff(paint: Paintbox): string {
  const rock = path(
    `${curve('1060,1800 1120,1610 1180,1500 1220,1330 1330,1230 1420,1190 1900,1150 2450,1130')}L2450 1800Z`,
    paint.across(80, ['#b39b80', '#8c745e', '#5f4f45']),
  );
  const ledge = path(
    'M1190 1500Q1420 1420 1600 1470T2450 1440L2450 1800L1060 1800Z',
    paint.across(90, ['#8f7860', '#6a594c']),
  );
  const turf = path(
    'M1290 1262Q1360 1180 1520 1170L2400 1110L2400 1240Q2280 1300 2160 1250Q2050 1310 1930 1256Q1820 1320 1700 1266Q1560 1330 1460 1270Q1370 1310 1290 1262Z',
    paint.across(90, ['#a6c160', '#6f9a45']),
  );
  const meadow = path(
    'M1120 1800Q1500 1570 1900 1600T2450 1560L2450 1800Z',
    paint.across(90, ['#86ab4c', '#527f36']),
  );
  return rock + ledge + turf + meadow;
}

function tower(paint: Paintbox): string {
  const body = polygon('1620,1200 1672,440 1868,440 1920,1200', paint.pillar('#f7f2e8'));
  const edge = (y: number) => 1620 + ((1200 - y) / 760) * 52;
  const bands = many(3, (index) => {
    const top = 560 + index * 230;
    const bottom = top + 115;
    const d = `M${edge(top)} ${top}Q1770 ${top + 34} ${3540 - edge(top)} ${top}L${3540 - edge(bottom)} ${bottom}Q1770 ${bottom + 34} ${edge(bottom)} ${bottom}Z`;
    return path(d, paint.pillar('#cf3a32'));
  });
  const windows = many(2, (index) =>
    path(`M1738 ${1000 - index * 300}v-70a32 32 0 0 1 64 0v70Z`, '#33485c', { stroke: '#f3dfb6', width: 12 }),
  );
  const door = path('M1712 1206v-78a58 58 0 0 1 116 0v78Z', paint.pillar('#2f6d74'), {
    stroke: '#e9dcc0',
    width: 12,
  });
  const gallery = rect(1624, 408, 292, 44, paint.pillar('#5c6570'), { corner: 8 });
  const lantern = rect(1690, 262, 160, 150, paint.around(['#fffbe0', '#ffe37a', '#f4b83f']));
  const bars = many(4, (index) => rect(1688 + index * 50, 258, 12, 154, '#49525c'));
  const roof =
    path('M1660 266Q1680 150 1770 130Q1860 150 1880 266Z', paint.pillar('#b93129')) +
    circle(1770, 118, 26, paint.round('#e3b04b'));
  const cottage =
    polygon('1990,1190 1990,1020 2330,1020 2330,1170', paint.across(0, ['#fbf5e6', '#d9ceba'])) +
    polygon('1950,1034 2040,890 2290,890 2375,1034', paint.across(90, ['#d9774a', '#a84b2e'])) +
    rect(2220, 830, 62, 110, paint.pillar('#a5583f')) +
    rect(2050, 1068, 74, 78, '#4c7390', { stroke: '#ffffff', width: 12 }) +
    rect(2210, 1058, 74, 116, '#2f6d74', { stroke: '#e9dcc0', width: 10 });
  return cottage + body + bands + windows + door + gallery + lantern + bars + roof;
}
