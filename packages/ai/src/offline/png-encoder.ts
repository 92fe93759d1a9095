import { crc32, deflateSync } from 'node:zlib';

export interface IndexedPicture {
  readonly width: number;
  readonly height: number;
  /** One palette index a pixel, row by row from the top left. */
  readonly indices: Uint8Array;
}

/**
 * Grey PNG of 1 bit (2 levels) or 4 bits (16 levels; 0 is black) a pixel. Line art at this depth is a tenth of its RGB
 * size and can be placed in a PDF as it is.
 */
export function encodeGreyPng(picture: IndexedPicture, bitDepth: 1 | 4 | 8): Uint8Array {
  return assemble([header(picture, bitDepth, 0), data(picture, bitDepth)]);
}

/** PNG with a palette of up to 256 sRGB colours, 8 bits a pixel. */
export function encodePalettePng(
  picture: IndexedPicture,
  palette: readonly (readonly [number, number, number])[],
): Uint8Array {
  return assemble([header(picture, 8, 3), chunk('PLTE', Uint8Array.from(palette.flat())), data(picture, 8)]);
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function header({ width, height }: IndexedPicture, bitDepth: number, colourType: 0 | 3): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body[8] = bitDepth;
  body[9] = colourType;
  return chunk('IHDR', body);
}

/** Rows without a filter: for indices and line art, filters make the stream larger. */
function data({ width, height, indices }: IndexedPicture, bitDepth: 1 | 4 | 8): Buffer {
  const perByte = 8 / bitDepth;
  const rowBytes = Math.ceil(width / perByte);
  const raw = new Uint8Array((rowBytes + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const start = y * (rowBytes + 1) + 1;
    for (let x = 0; x < width; x += 1) {
      const shift = 8 - bitDepth * ((x % perByte) + 1);
      raw[start + Math.floor(x / perByte)] |= indices[y * width + x] << shift;
    }
  }
  return chunk('IDAT', deflateSync(raw, { level: 7, memLevel: 9 }));
}

function chunk(type: string, body: Uint8Array): Buffer {
  const result = Buffer.alloc(12 + body.length);
  result.writeUInt32BE(body.length, 0);
  result.write(type, 4, 'latin1');
  result.set(body, 8);
  result.writeUInt32BE(crc32(result.subarray(4, 8 + body.length)), 8 + body.length);
  return result;
}

function assemble(chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([signature, ...chunks, chunk('IEND', new Uint8Array(0))]);
}
