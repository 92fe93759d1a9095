import { Parser } from 'htmlparser2';

/** The root element of a drawing and the size it gives itself. */
export interface SvgRoot {
  /** Prefix of the root's name with its colon (`svg:`), or the empty string. */
  readonly prefix: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Sizes in CSS pixels, both at least 1. */
export interface SvgSize {
  readonly width: number;
  readonly height: number;
}

/** The first element may come this late: behind a long licence comment, but not behind a file of them. */
const maxPrologue = 256 * 1024;
const pieceLength = 2_048;

/** The root when the text is an SVG; undefined when its first element is something else or there is none. */
export function findSvgRoot(text: string): SvgRoot | undefined {
  let name: string | undefined;
  let attributes: Record<string, string> = {};
  const parser = new Parser(
    {
      onopentag(openedName, openedAttributes) {
        if (name !== undefined) return;
        name = openedName;
        attributes = openedAttributes;
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  const prologue = text.slice(0, maxPrologue);
  if (!/^\uFEFF?\s*</.test(prologue.slice(0, 1_024))) return undefined;
  for (let at = 0; at < prologue.length && name === undefined; at += pieceLength) {
    parser.write(prologue.slice(at, at + pieceLength));
  }
  const match = /^([A-Za-z_][\w.-]*:)?svg$/.exec(name ?? '');
  return match === null ? undefined : { prefix: match[1] ?? '', attributes };
}

/**
 * The size a drawing asks for: its own width and height, else its view box, else the 300 × 150 that CSS gives to a
 * replaced element without any. One missing side follows the view box's proportions.
 */
export function sizeOfSvg(root: SvgRoot): SvgSize {
  const viewBox = viewBoxOf(root);
  const width = lengthInPixels(root.attributes['width']);
  const height = lengthInPixels(root.attributes['height']);
  if (width !== undefined && height !== undefined) return atLeastOne(width, height);
  if (viewBox !== undefined) {
    const ratio = viewBox.width / viewBox.height;
    if (width !== undefined) return atLeastOne(width, width / ratio);
    if (height !== undefined) return atLeastOne(height * ratio, height);
    return atLeastOne(viewBox.width, viewBox.height);
  }
  return atLeastOne(width ?? 300, height ?? 150);
}

/** Undefined when absent, malformed or without area. */
export function viewBoxOf(root: SvgRoot): { readonly width: number; readonly height: number } | undefined {
  const numbers = (root.attributes['viewBox'] ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const [, , width, height] = numbers;
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return undefined;
  if (width === undefined || height === undefined || width <= 0 || height <= 0) return undefined;
  return { width, height };
}

const pixelsPerUnit: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 96 / 72,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  em: 16,
  ex: 8,
};

/** Percentages have nothing here to be a part of, so they count as absent. */
function lengthInPixels(value: string | undefined): number | undefined {
  const match = /^\s*\+?(\d*\.?\d+(?:[eE][+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(value ?? '');
  const scale = pixelsPerUnit[(match?.[2] ?? '').toLowerCase()];
  const pixels = match === null || scale === undefined ? Number.NaN : Number(match[1]) * scale;
  return Number.isFinite(pixels) && pixels > 0 ? pixels : undefined;
}

function atLeastOne(width: number, height: number): SvgSize {
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
}
