// The simplest file that carries pixels together with an ICC profile: sharp's raw input has no place for a profile.
// Layout after the TIFF 6.0 specification, little-endian.

export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  /** 3 for RGB, 4 for RGBA. */
  readonly channels: 3 | 4;
  readonly premultiplied: boolean;
  readonly iccProfile: Uint8Array | undefined;
}

const rowsPerStrip = 64;
const short = 3;
const long = 4;
const opaqueBytes = 7;
const typeSizes: Readonly<Record<number, number>> = { [short]: 2, [long]: 4, [opaqueBytes]: 1 };

/** A whole TIFF file whose pixel area (rows without padding, from `pixelsAt` on) is still to be filled. */
export function layOutTiff(layout: TiffLayout): { readonly file: Uint8Array; readonly pixelsAt: number } {
  const { width, height, channels, iccProfile } = layout;
  const rowBytes = width * channels;
  const strips = Math.ceil(height / rowsPerStrip);
  const stripBytes = Array.from(
    { length: strips },
    (_, strip) => Math.min(rowsPerStrip, height - strip * rowsPerStrip) * rowBytes,
  );
  const tagged = (pixelsAt: number): [tag: number, type: number, values: ArrayLike<number>][] => [
    [256, long, [width]],
    [257, long, [height]],
    [258, short, Array.from({ length: channels }, () => 8)],
    [259, short, [1]],
    [262, short, [2]],
    [273, long, stripBytes.map((_, strip) => pixelsAt + strip * rowsPerStrip * rowBytes)],
    [277, short, [channels]],
    [278, long, [rowsPerStrip]],
    [279, long, stripBytes],
    ...(channels === 4 ? [[338, short, [layout.premultiplied ? 1 : 2]] as [number, number, number[]]] : []),
    ...(iccProfile === undefined ? [] : [[34675, opaqueBytes, iccProfile] as [number, number, Uint8Array]]),
  ];
  const sized = tagged(0);
  const directoryBytes = 2 + sized.length * 12 + 4;
  const valueBytes = sized.reduce((sum, [, type, values]) => sum + outsideBytes(type, values), 0);
  const pixelsAt = 8 + directoryBytes + valueBytes;
  const file = new Uint8Array(pixelsAt + rowBytes * height);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, 8, true);
  view.setUint16(8, sized.length, true);
  let outsideAt = 8 + directoryBytes;
  tagged(pixelsAt).forEach(([tag, type, values], position) => {
    const entryAt = 10 + position * 12;
    view.setUint16(entryAt, tag, true);
    view.setUint16(entryAt + 2, type, true);
    view.setUint32(entryAt + 4, values.length, true);
    const outside = outsideBytes(type, values);
    if (outside > 0) view.setUint32(entryAt + 8, outsideAt, true);
    writeValues(view, outside > 0 ? outsideAt : entryAt + 8, type, values);
    outsideAt += outside;
  });
  return { file, pixelsAt };
}

/** Values of up to four bytes stand in the directory itself; others begin at an even offset outside of it. */
function outsideBytes(type: number, values: ArrayLike<number>): number {
  const bytes = (typeSizes[type] ?? 1) * values.length;
  return bytes <= 4 ? 0 : bytes + (bytes % 2);
}

function writeValues(view: DataView, at: number, type: number, values: ArrayLike<number>): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (type === short) view.setUint16(at + index * 2, value, true);
    else if (type === long) view.setUint32(at + index * 4, value, true);
    else view.setUint8(at + index, value);
  }
}
