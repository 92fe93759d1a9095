/** Colours with light on them. A gradient is defined once in the drawing and used by its address. */
export interface Paintbox {
  /** Colours at equal distances; `degrees` 0 runs to the right, 90 down. */
  across(degrees: number, colours: readonly string[]): string;
  /** Colours from the middle outwards; middle and radius in parts of the shape's box. */
  around(colours: readonly string[], middle?: readonly [x: number, y: number], radius?: number): string;
  /** A round form of one colour, lit from the upper left. */
  round(colour: string, contrast?: number): string;
  /** A standing cylinder of one colour, lit from the left. */
  pillar(colour: string, contrast?: number): string;
  /** Shows of the content what lies inside the shape; the shape's colour does not matter. */
  inside(shape: string, ...content: readonly string[]): string;
  /** The text of the `<defs>` element for all that was used so far. */
  definitions(): string;
}

export function createPaintbox(): Paintbox {
  const definitions = new Map<string, string>();

  function define(element: string, attributes: string, content: string): string {
    const key = `<${element} id="#" ${attributes}>${content}</${element}>`;
    const id = definitions.get(key) ?? `p${definitions.size}`;
    definitions.set(key, id);
    return `url(#${id})`;
  }

  const across: Paintbox['across'] = (degrees, colours) =>
    define('linearGradient', `gradientTransform="rotate(${degrees} .5 .5)"`, stops(colours));
  const around: Paintbox['around'] = (colours, middle = [0.5, 0.5], radius = 0.5) =>
    define('radialGradient', `cx="${middle[0]}" cy="${middle[1]}" r="${radius}"`, stops(colours));

  return {
    across,
    around,
    round: (colour, contrast = 1) =>
      around(
        [shade(colour, 0.3 * contrast), shade(colour, 0.06 * contrast), shade(colour, -0.32 * contrast)],
        [0.34, 0.28],
        0.85,
      ),
    pillar: (colour, contrast = 1) =>
      across(0, [
        shade(colour, -0.05 * contrast),
        shade(colour, 0.2 * contrast),
        shade(colour, -0.08 * contrast),
        shade(colour, -0.35 * contrast),
      ]),
    inside: (shape, ...content) => `<g clip-path="${define('clipPath', '', shape)}">${content.join('')}</g>`,
    definitions: () =>
      `<defs>${[...definitions].map(([key, id]) => key.replace('id="#"', `id="${id}"`)).join('')}</defs>`,
  };
}

/** `#rrggbb` towards white (`amount` up to 1) or black (down to -1). */
export function shade(colour: string, amount: number): string {
  const target = amount > 0 ? 255 : 0;
  const part = Math.min(1, Math.abs(amount));
  const channels = [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
  return `#${channels
    .map((value) =>
      Math.round(value + (target - value) * part)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function stops(colours: readonly string[]): string {
  return colours
    .map((colour, index) => {
      const opacity =
        colour.length === 9 ? ` stop-opacity="${Number.parseInt(colour.slice(7), 16) / 255}"` : '';
      const offset = Math.round((1000 * index) / Math.max(1, colours.length - 1)) / 1000;
      return `<stop offset="${offset}" stop-color="${colour.slice(0, 7)}"${opacity}/>`;
    })
    .join('');
}
