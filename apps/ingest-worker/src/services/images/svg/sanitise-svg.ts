import { PressroomError } from '@pressroom/domain';
import type { SvgSize } from '@pressroom/images';
import { findSvgRoot, viewBoxOf } from '@pressroom/images';
import { Parser } from 'htmlparser2';
import { safeStyle } from './safe-style.ts';
import { drawingElements, drawingLimits, pictureElements } from './svg-vocabulary.ts';

export interface SanitisedSvg {
  /** A drawing of the asked size that refers to nothing outside of itself. */
  readonly text: string;
  /** Pictures inside of it, still to be checked: they are decoded with it. */
  readonly embedded: readonly Buffer[];
}

/**
 * Writes a drawing anew from what may stay in it: an allow-list of elements, no event handlers, no addresses but
 * `#fragment` and embedded pictures, no document type, entities or processing instructions. `intrinsic` is the size it
 * gives itself, `rendered` the size it is to have. Errors thrown: `svg-unsafe`, `image-corrupt`.
 */
export function sanitiseSvg(source: string, intrinsic: SvgSize, rendered: SvgSize): SanitisedSvg {
  const root = findSvgRoot(source);
  if (root === undefined) throw new PressroomError('image-corrupt', 'The drawing has no <svg> element');
  const sized = {
    width: String(rendered.width),
    height: String(rendered.height),
    viewBox:
      viewBoxOf(root) === undefined
        ? `0 0 ${intrinsic.width} ${intrinsic.height}`
        : (root.attributes['viewBox'] ?? ''),
  };
  const writer = new DrawingWriter(root.prefix, sized);
  const parser = new Parser(writer, { xmlMode: true, decodeEntities: true });
  // In pieces, so that a refusal ends the work there.
  for (let at = 0; at < source.length; at += 65_536) parser.write(source.slice(at, at + 65_536));
  parser.end();
  return writer.result();
}

class DrawingWriter {
  readonly #prefix: string;
  readonly #rootAttributes: Readonly<Record<string, string>>;
  readonly #pieces: string[] = [];
  readonly #embedded: Buffer[] = [];
  /** Depth below the root of what was left out; 0 while elements are kept. */
  #leavingOut = 0;
  #depth = 0;
  #elements = 0;
  #filterPrimitives = 0;
  #rootClosed = false;
  #style: string | undefined;

  constructor(prefix: string, rootAttributes: Readonly<Record<string, string>>) {
    this.#prefix = prefix;
    this.#rootAttributes = rootAttributes;
  }

  onopentag(fullName: string, attributes: Record<string, string>): void {
    this.#elements += 1;
    this.#depth += 1;
    if (this.#elements > drawingLimits.elements) throw tooMuch('elements', drawingLimits.elements);
    if (this.#depth > drawingLimits.depth) throw tooMuch('nested elements', drawingLimits.depth);
    const name = this.#localName(fullName);
    if (this.#leavingOut > 0 || this.#rootClosed || name === undefined || !drawingElements.has(name)) {
      this.#leavingOut += 1;
      return;
    }
    if (name.startsWith('fe')) this.#filterPrimitives += 1;
    if (this.#filterPrimitives > drawingLimits.filterPrimitives) {
      throw tooMuch('filter effects', drawingLimits.filterPrimitives);
    }
    if (name === 'style') this.#style = '';
    const isRoot = this.#depth === 1;
    const kept = Object.entries(attributes)
      .filter(([key]) => !(isRoot && key in this.#rootAttributes))
      .map(([key, value]) => this.#safeAttribute(name, key, value));
    const own = isRoot
      ? Object.entries({
          xmlns: 'http://www.w3.org/2000/svg',
          'xmlns:xlink': 'http://www.w3.org/1999/xlink',
          ...this.#rootAttributes,
        }).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
      : [];
    this.#pieces.push(`<${name}${own.join('')}${kept.join('')}>`);
  }

  ontext(text: string): void {
    if (this.#leavingOut > 0 || this.#depth === 0) return;
    if (this.#style !== undefined) this.#style += text;
    else this.#pieces.push(escapeXml(text));
  }

  onclosetag(fullName: string): void {
    this.#depth -= 1;
    if (this.#leavingOut > 0) {
      this.#leavingOut -= 1;
      return;
    }
    if (this.#style !== undefined) this.#pieces.push(escapeXml(safeStyle(this.#style)));
    this.#style = undefined;
    this.#pieces.push(`</${this.#localName(fullName) ?? fullName}>`);
    if (this.#depth === 0) this.#rootClosed = true;
  }

  /** Internal subsets define entities: without them the drawing is another one, with them it can grow without end. */
  onprocessinginstruction(name: string, data: string): void {
    if (/^!doctype$/i.test(name) && data.includes('[')) {
      throw new PressroomError(
        'svg-unsafe',
        'The drawing defines its own XML entities, which are not followed',
      );
    }
  }

  result(): SanitisedSvg {
    return { text: this.#pieces.join(''), embedded: this.#embedded };
  }

  /** Undefined for a name of another namespace. */
  #localName(fullName: string): string | undefined {
    const name =
      this.#prefix !== '' && fullName.startsWith(this.#prefix)
        ? fullName.slice(this.#prefix.length)
        : fullName;
    return name.includes(':') ? undefined : name;
  }

  #safeAttribute(element: string, name: string, value: string): string {
    if (name === 'href' || name === 'xlink:href') {
      const address = value.trim();
      if (address.startsWith('#')) return ` ${name}="${escapeXml(address)}"`;
      return pictureElements.has(element) ? this.#embeddedPicture(name, address) : '';
    }
    if (!/^(?:xml:(?:space|lang)|[A-Za-z][\w-]*)$/.test(name) || /^(?:on|xmlns|base$)/i.test(name)) return '';
    return ` ${name}="${escapeXml(safeStyle(value))}"`;
  }

  #embeddedPicture(name: string, address: string): string {
    const base64 = /^data:image\/(?:png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]+)$/i.exec(address)?.[1];
    if (base64 === undefined) return '';
    this.#embedded.push(Buffer.from(base64, 'base64'));
    if (this.#embedded.length > drawingLimits.embeddedPictures) {
      throw tooMuch('embedded pictures', drawingLimits.embeddedPictures);
    }
    return ` ${name}="${escapeXml(address)}"`;
  }
}

function tooMuch(what: string, limit: number): PressroomError {
  return new PressroomError('svg-unsafe', `The drawing has more than ${limit} ${what}; that is the limit`, {
    facts: { limit },
  });
}

/** XML 1.0 has no place for other control characters, not even escaped. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu, '')
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
