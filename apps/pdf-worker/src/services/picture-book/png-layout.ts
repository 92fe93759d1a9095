/** Where the compressed pixels of a PNG file lie, and how they are to be read (PNG specification, third edition). */
export interface PngLayout {
  readonly width: number;
  readonly height: number;
  readonly bitsPerComponent: number;
  readonly colourType: 'grey' | 'rgb' | 'palette';
  /** Red, green, blue of each entry, for `palette`. */
  readonly palette: Buffer | undefined;
  /** Byte ranges of the file that, put together, are one zlib stream. */
  readonly pixels: readonly { readonly offset: number; readonly length: number }[];
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const colourTypes: Readonly<Record<number, PngLayout['colourType']>> = { 0: 'grey', 2: 'rgb', 3: 'palette' };

/**
 * The layout of a PNG whose compressed pixels a PDF can carry as they are: not interlaced, no transparency, at most 8
 * bits. Undefined for any other PNG, and for what is no PNG.
 */
export function readPngLayout(file: Buffer): PngLayout | undefined {
  if (!file.subarray(0, 8).equals(signature) || file.length < 33) return undefined;
  const colourType = colourTypes[file.readUInt8(25)];
  const bitsPerComponent = file.readUInt8(24);
  const isInterlaced = file.readUInt8(28) !== 0;
  if (colourType === undefined || bitsPerComponent > 8 || isInterlaced) return undefined;

  const pixels: { offset: number; length: number }[] = [];
  let palette: Buffer | undefined;
  for (let position = 8; position + 12 <= file.length; ) {
    const length = file.readUInt32BE(position);
    const type = file.toString('latin1', position + 4, position + 8);
    const offset = position + 8;
    if (offset + length + 4 > file.length || type === 'tRNS') return undefined;
    if (type === 'IDAT') pixels.push({ offset, length });
    if (type === 'PLTE') palette = file.subarray(offset, offset + length);
    if (type === 'IEND') break;
    position = offset + length + 4;
  }
  if (pixels.length === 0 || (colourType === 'palette' && palette === undefined)) return undefined;
  return {
    width: file.readUInt32BE(16),
    height: file.readUInt32BE(20),
    bitsPerComponent,
    colourType,
    palette,
    pixels,
  };
}
