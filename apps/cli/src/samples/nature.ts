// What grows, drifts and falls in more than one scene.
import { type Paintbox, shade } from './paintbox.ts';
import type { SeededRandom } from './seeded-random.ts';
import {
  blob,
  type Corners,
  circle,
  ellipse,
  line,
  many,
  type Point,
  path,
  plain,
  polygon,
  rect,
  toPoints,
} from './shapes.ts';

/** A range of hills from edge to edge, filled down to `bottom`. */
export function ridge(corners: Corners, bottom: number, fill: string): string {
  const crest = toPoints(corners);
  const first = crest[0] ?? [0, 0];
  const last = crest[crest.length - 1] ?? first;
  const pieces = crest.slice(1).map(([x, y], index) => {
    const [fromX, fromY] = crest[index] ?? first;
    const middle = (fromX + x) / 2;
    return `C${middle} ${fromY} ${middle} ${y} ${x} ${y}`;
  });
  return path(`M${first[0]} ${first[1]}${pieces.join('')}L${last[0]} ${bottom}L${first[0]} ${bottom}Z`, fill);
}

/** A heap of round puffs on a flat base, `width` wide, its base at `y`. */
export function cloud(paint: Paintbox, x: number, y: number, width: number, colour = '#ffffff'): string {
  const u = width / 10;
  const fill = paint.across(90, [colour, colour, shade(colour, -0.16)]);
  const d =
    `M${x - 5 * u} ${y}a${1.3 * u} ${1.3 * u} 0 0 1 ${0.7 * u} ${-2.3 * u}` +
    `a${1.9 * u} ${1.9 * u} 0 0 1 ${2.7 * u} ${-1.5 * u}a${2.3 * u} ${2.3 * u} 0 0 1 ${4 * u} ${0.4 * u}` +
    `a${1.6 * u} ${1.6 * u} 0 0 1 ${2.1 * u} ${1.5 * u}a${1 * u} ${1 * u} 0 0 1 ${0.1 * u} ${1.9 * u}Z`;
  return path(d, fill);
}

/** A fir of hanging tiers, its foot at (x, y). */
export function pine(paint: Paintbox, x: number, y: number, height: number, colour: string): string {
  const half = height * 0.24;
  const tiers = 4;
  const trunk = rect(
    x - height * 0.03,
    y - height * 0.16,
    height * 0.06,
    height * 0.16,
    paint.pillar('#6b4a33'),
  );
  const tier = (index: number) => {
    const size = 1 - index * 0.2;
    const bottom = y - height * (0.1 + index * 0.195);
    const top = bottom - height * (0.36 - index * 0.015);
    const reach = half * size;
    const d =
      `M${x} ${top}Q${x + reach * 0.3} ${bottom - height * 0.12} ${x + reach} ${bottom}` +
      `Q${x + reach * 0.7} ${bottom + height * 0.035} ${x + reach * 0.4} ${bottom + height * 0.005}` +
      `Q${x} ${bottom + height * 0.055} ${x - reach * 0.4} ${bottom + height * 0.005}` +
      `Q${x - reach * 0.7} ${bottom + height * 0.035} ${x - reach} ${bottom}` +
      `Q${x - reach * 0.3} ${bottom - height * 0.12} ${x} ${top}Z`;
    return path(d, paint.across(70, [shade(colour, 0.32), colour, shade(colour, -0.45)]));
  };
  return trunk + many(tiers, tier);
}

/** Puffs of leaves around a middle, darker below and to the right. */
export function foliage(
  paint: Paintbox,
  random: SeededRandom,
  [x, y]: Point,
  radius: number,
  colour: string,
  puffs = 7,
): string {
  const around = many(puffs, (index) => {
    const angle = (index / puffs) * 2 * Math.PI + 0.6;
    const reach = radius * random.between(0.52, 0.64);
    const below = Math.sin(angle);
    const tint = shade(colour, -0.16 * below - 0.08 * Math.cos(angle) + random.between(-0.04, 0.04));
    const size = radius * random.between(0.46, 0.56);
    return leafCluster(paint, x + Math.cos(angle) * reach, y + below * reach * 0.86, size, tint);
  });
  return around + leafCluster(paint, x - radius * 0.1, y - radius * 0.12, radius * 0.52, shade(colour, 0.1));
}

function leafCluster(paint: Paintbox, x: number, y: number, radius: number, colour: string): string {
  const bumps = 9;
  const points = Array.from({ length: bumps * 2 }, (_, index): Point => {
    const angle = (index / (bumps * 2)) * 2 * Math.PI;
    const reach = radius * (index % 2 === 0 ? 1.05 : 0.92);
    return [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach];
  });
  return blob(points, paint.round(colour));
}

/** A leaf from its stem at (x, y) to its tip, with a middle rib. */
export function leaf(
  paint: Paintbox,
  [x, y]: Point,
  [tipX, tipY]: Point,
  breadth: number,
  colour: string,
): string {
  const length = Math.hypot(tipX - x, tipY - y);
  const [sideX, sideY] = [(-(tipY - y) / length) * breadth, ((tipX - x) / length) * breadth];
  const [nearX, nearY] = [x + (tipX - x) * 0.3, y + (tipY - y) * 0.3];
  const [farX, farY] = [x + (tipX - x) * 0.75, y + (tipY - y) * 0.75];
  const side = (sign: number) =>
    `M${x} ${y}C${nearX + sideX * sign} ${nearY + sideY * sign} ${farX + sideX * 0.8 * sign} ${farY + sideY * 0.8 * sign} ${tipX} ${tipY}Z`;
  return (
    path(side(1), paint.across(60, [shade(colour, 0.22), colour])) +
    path(side(-1), paint.across(60, [colour, shade(colour, -0.34)]))
  );
}

/** An open blossom seen from the front. */
export function flower(paint: Paintbox, x: number, y: number, radius: number, colour: string): string {
  const petals = many(6, (index) => {
    const angle = (index / 6) * 2 * Math.PI;
    const turn = (angle * 180) / Math.PI;
    const [petalX, petalY] = [x + Math.cos(angle) * radius * 0.58, y + Math.sin(angle) * radius * 0.58];
    return ellipse(petalX, petalY, radius * 0.5, radius * 0.36, paint.round(colour), { turn });
  });
  return petals + circle(x, y, radius * 0.3, paint.round('#f2b632'));
}

/** Blades that lean apart from one root. */
export function grass(random: SeededRandom, x: number, y: number, height: number, colour: string): string {
  const blades = many(5, (index) => {
    const lean = (index - 2) * height * 0.2 + random.between(-0.06, 0.06) * height;
    const tall = height * (1 - Math.abs(index - 2) * 0.14);
    const half = height * 0.07;
    return polygon(
      [
        [x + index * half - 3 * half, y],
        [x + lean, y - tall],
        [x + index * half - half, y],
      ],
      shade(colour, random.between(-0.15, 0.15)),
    );
  });
  return plain(blades);
}

/** The dark patch where something stands: blue, because the sky lights it. */
export function shadow(
  paint: Paintbox,
  x: number,
  y: number,
  rx: number,
  ry: number,
  strength = 0.5,
): string {
  const alpha = Math.round(strength * 255)
    .toString(16)
    .padStart(2, '0');
  return plain(ellipse(x, y, rx, ry, paint.around([`#14203a${alpha}`, `#14203a${alpha}`, '#14203a00'])));
}

export function bird(x: number, y: number, span: number): string {
  const d = `M${x - span} ${y - span * 0.25}Q${x - span * 0.4} ${y - span * 0.55} ${x} ${y}Q${x + span * 0.4} ${y - span * 0.55} ${x + span} ${y - span * 0.25}`;
  return line(d, '#4c5560', Math.max(5, span * 0.14));
}

/** A boulder with a lit top, `width` wide, its foot at `y`. */
export function stone(
  paint: Paintbox,
  random: SeededRandom,
  x: number,
  y: number,
  width: number,
  colour = '#8d8780',
): string {
  const height = width * random.between(0.5, 0.65);
  const outline: readonly Point[] = [
    [x - width * 0.5, y],
    [x - width * 0.47, y - height * 0.5],
    [x - width * 0.2, y - height * 0.95],
    [x + width * 0.15, y - height],
    [x + width * 0.42, y - height * 0.62],
    [x + width * 0.5, y],
  ];
  return blob(outline, paint.round(colour, 1.1));
}
