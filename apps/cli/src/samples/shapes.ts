// The words every scene is written in: each makes the text of one SVG element. Lengths are pixels of the picture.
export type Point = readonly [x: number, y: number];

/** Corners in order; as text in SVG's own way, `10,20 30,40`. */
export type Corners = string | readonly Point[];

export interface Outline {
  readonly stroke?: string;
  readonly width?: number;
  readonly opacity?: number;
  /** Degrees clockwise, about the shape's own centre; for ellipses and rectangles only. */
  readonly turn?: number;
  /** Radius of a rectangle's corners. */
  readonly corner?: number;
}

export function path(d: string, fill: string, outline: Outline = {}): string {
  return `<path d="${d}" fill="${fill}"${look(outline)}/>`;
}

export function line(d: string, stroke: string, width: number, opacity = 1): string {
  return path(d, 'none', { stroke, width, opacity });
}

export function polygon(corners: Corners, fill: string, outline: Outline = {}): string {
  return path(`M${toPoints(corners).map(at).join('L')}Z`, fill, outline);
}

/** A soft closed form through the points. */
export function blob(corners: Corners, fill: string, outline: Outline = {}): string {
  return path(`${curve(corners, true)}Z`, fill, outline);
}

export function ellipse(
  x: number,
  y: number,
  rx: number,
  ry: number,
  fill: string,
  outline: Outline = {},
): string {
  const turn = outline.turn === undefined ? '' : ` transform="rotate(${outline.turn} ${x} ${y})"`;
  return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"${look(outline)}${turn}/>`;
}

export function circle(x: number, y: number, r: number, fill: string, outline: Outline = {}): string {
  return ellipse(x, y, r, r, fill, outline);
}

export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  outline: Outline = {},
): string {
  const turn =
    outline.turn === undefined
      ? ''
      : ` transform="rotate(${outline.turn} ${x + width / 2} ${y + height / 2})"`;
  const corner = outline.corner === undefined ? '' : ` rx="${outline.corner}"`;
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}"${corner}${look(outline)}${turn}/>`;
}

/** `transform` is SVG's own: `translate(10 20) scale(-1 1)`. */
export function group(transform: string, ...content: readonly string[]): string {
  return `<g transform="${transform}">${content.join('')}</g>`;
}

/**
 * Gives every shape that has no outline of its own a thin dark one. Without it, forms of like brightness run into each
 * other once the book draws them as lines.
 */
export function inked(stroke: string, width: number, ...content: readonly string[]): string {
  return `<g stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round">${content.join('')}</g>`;
}

/** Shapes that stay soft inside inked ones. */
export function plain(...content: readonly string[]): string {
  return `<g stroke="none">${content.join('')}</g>`;
}

export function faded(opacity: number, ...content: readonly string[]): string {
  return `<g opacity="${opacity}" stroke="none">${content.join('')}</g>`;
}

export function many(count: number, draw: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => draw(index)).join('');
}

/** Path data of a smooth line through the points (Catmull-Rom splines, as the Bézier curves that equal them). */
export function curve(corners: Corners, closed = false): string {
  const points = toPoints(corners);
  const count = points.length;
  const point = (index: number): Point => {
    const found = closed ? points[(index + count) % count] : points[Math.min(count - 1, Math.max(0, index))];
    if (found === undefined) throw new RangeError('A curve needs at least one point');
    return found;
  };
  const pieces = Array.from({ length: closed ? count : count - 1 }, (_, index) => {
    const [before, from, to, after] = [point(index - 1), point(index), point(index + 1), point(index + 2)];
    const leave: Point = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
    const arrive: Point = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
    return `C${at(leave)} ${at(arrive)} ${at(to)}`;
  });
  return `M${at(point(0))}${pieces.join('')}`;
}

export function toPoints(corners: Corners): readonly Point[] {
  if (typeof corners !== 'string') return corners;
  return corners.split(' ').map((pair) => {
    const [x = Number.NaN, y = Number.NaN] = pair.split(',').map(Number);
    return [x, y];
  });
}

function look({ stroke, width, opacity }: Outline): string {
  const line =
    stroke === undefined
      ? ''
      : ` stroke="${stroke}" stroke-width="${width ?? 4}" stroke-linecap="round" stroke-linejoin="round"`;
  return opacity === undefined || opacity === 1 ? line : `${line} opacity="${n(opacity)}"`;
}

function at([x, y]: Point): string {
  return `${n(x)} ${n(y)}`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
