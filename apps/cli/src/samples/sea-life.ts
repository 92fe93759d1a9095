// What lives on and over a reef.
import { stone } from './nature.ts';
import { type Paintbox, shade } from './paintbox.ts';
import type { SeededRandom } from './seeded-random.ts';
import { blob, circle, group, line, many, type Point, path } from './shapes.ts';

/** Looks to the right, or to the left; (x, y) is its middle, `size` 1 is 510 pixels long. */
export function fish(
  paint: Paintbox,
  x: number,
  y: number,
  size: number,
  colour: string,
  band: string,
  left = false,
): string {
  const body = path(
    'M-190 0Q-90 -130 60 -110Q170 -90 220 0Q170 90 60 110Q-90 130 -190 0Z',
    paint.round(colour),
  );
  const stripes = paint.inside(
    '<path d="M-190 0Q-90 -130 60 -110Q170 -90 220 0Q170 90 60 110Q-90 130 -190 0Z"/>',
    path('M-60 -140Q-20 0 -60 140H10Q50 0 10 -140Z', band) +
      path('M90 -140Q130 0 90 140H130Q170 0 130 -140Z', band),
  );
  const fins =
    path('M-160 0L-290 -110Q-250 0 -290 110Z', shade(colour, -0.22)) +
    path('M-50 -104Q20 -190 100 -170L90 -104Z', shade(colour, -0.16)) +
    path('M-30 106Q20 170 70 160L70 108Z', shade(colour, -0.26));
  const eye = circle(168, -22, 25, '#ffffff') + circle(174, -22, 14, '#1b1b22');
  return group(`translate(${x} ${y}) scale(${left ? -size : size} ${size})`, fins, body, stripes, eye);
}

/** Three ribbons that sway up from the ground at (x, y). */
export function weed(paint: Paintbox, random: SeededRandom, x: number, y: number, height: number): string {
  return many(3, (index) => {
    const root = x + (index - 1) * 70;
    const tall = height * random.between(0.75, 1);
    const sway = random.between(40, 80);
    const d = `M${root - 26} ${y}C${root - 26 - sway} ${y - tall * 0.35} ${root + sway} ${y - tall * 0.6} ${root} ${y - tall}C${root + sway + 46} ${y - tall * 0.6} ${root - sway + 44} ${y - tall * 0.35} ${root + 30} ${y}Z`;
    return path(
      d,
      paint.across(
        0,
        [
          ['#5cb56a', '#2f8455'],
          ['#8cc653', '#4f9441'],
          ['#46a07c', '#236b5c'],
        ][index] ?? [],
      ),
    );
  });
}

/** Corals, stones and a starfish along the bottom of a landscape picture. */
export function reef(paint: Paintbox, random: SeededRandom): string {
  const branch = (x: number, y: number, colour: string) =>
    line(
      `M${x} ${y}V${y - 150}M${x} ${y - 60}Q${x - 110} ${y - 110} ${x - 110} ${y - 260}M${x} ${y - 110}Q${x + 100} ${y - 150} ${x + 90} ${y - 300}M${x} ${y - 150}Q${x - 20} ${y - 240} ${x - 10} ${y - 350}`,
      colour,
      64,
    );
  const brain = (x: number, y: number, radius: number, colour: string) =>
    path(`M${x - radius} ${y}a${radius} ${radius * 0.86} 0 0 1 ${radius * 2} 0Z`, paint.round(colour)) +
    many(3, (index) =>
      line(
        `M${x - radius * (0.62 - index * 0.42)} ${y - 10}q${radius * 0.06} ${-radius * 0.4} ${radius * (0.2 - index * 0.02)} ${-radius * 0.52}`,
        shade(colour, -0.34),
        14,
      ),
    );
  const star = (x: number, y: number, radius: number) =>
    blob(
      Array.from({ length: 10 }, (_, index): Point => {
        const reach = index % 2 === 0 ? radius : radius * 0.42;
        const angle = (index / 10) * 2 * Math.PI - 1.3;
        return [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach * 0.85];
      }),
      paint.round('#ee7a3d'),
    );
  return (
    branch(330, 1640, '#e2557a') +
    brain(560, 1660, 170, '#b07bc4') +
    stone(paint, random, 170, 1720, 300, '#8c8f97') +
    branch(1960, 1600, '#f08a4a') +
    stone(paint, random, 2230, 1700, 340, '#7f8b96') +
    brain(1740, 1630, 150, '#e3b645') +
    star(1130, 1680, 110) +
    stone(paint, random, 800, 1790, 210, '#a79f92')
  );
}
