import { readFile, writeFile } from 'node:fs/promises';
import { PressroomError } from '@pressroom/domain';
import { type PDFContext, PDFHexString, type PDFRef } from 'pdf-lib';
import sharp, { type Sharp } from 'sharp';
import { type FileRange, FileStream } from '../pages/file-stream.ts';
import { readPngLayout } from './png-layout.ts';

/** A picture file in a form that a PDF carries byte for byte: a plain PNG or a baseline or progressive JPEG. */
export interface PictureFile {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** Line art: one channel. */
  readonly isGrey: boolean;
  readonly ranges: readonly FileRange[];
  /** The entries of the image's dictionary that say how the bytes are to be read. */
  readonly encoding: Encoding;
}

type Encoding =
  | { readonly filter: 'DCTDecode'; readonly components: 1 | 3 }
  | {
      readonly filter: 'FlateDecode';
      readonly components: 1 | 3;
      readonly bits: number;
      readonly palette: Buffer | undefined;
    };

/** Far above what the generation step stores (long edge ≤ 2048 px); a bound, not a setting. */
const maxPixels = 64_000_000;

/**
 * Opens a picture, and decodes all of it once to make its thumbnail: a picture that cannot be decoded must not get
 * into a document unread. A form that a PDF cannot carry (transparency, interlacing, 16 bits, WebP, CMYK, a
 * rotation flag) is converted into a new file beside it.
 *
 * @param thumbnailEdge the longest edge of the thumbnail in pixels.
 * @throws `image-corrupt` when it cannot be decoded.
 */
export async function openPicture(
  path: string,
  name: string,
  thumbnailEdge: number,
): Promise<{ picture: PictureFile; thumbnail: PictureFile }> {
  try {
    const bytes = await readFile(path);
    const picture = (await describe(bytes, path)) ?? (await convert(bytes, `${path}.plain`));
    const small = plain(bytes).resize(thumbnailEdge, thumbnailEdge, {
      fit: 'inside',
      withoutEnlargement: true,
    });
    const thumbnail = await store(small, picture.isGrey, `${path}.thumbnail`);
    return { picture, thumbnail };
  } catch (cause) {
    // A full disk or a lost file says nothing about the picture.
    if (typeof cause === 'object' && cause !== null && 'syscall' in cause) throw cause;
    throw new PressroomError('image-corrupt', `The picture of ${name} cannot be decoded`, { cause });
  }
}

/** The same picture with fewer pixels, in a new file. */
export async function shrinkPicture(picture: PictureFile, width: number): Promise<PictureFile> {
  const bytes = await readFile(picture.path);
  return store(plain(bytes).resize({ width }), picture.isGrey, `${picture.path}.smaller`);
}

/** Puts the picture into the document, with its bytes left where they are until the document is written. */
export function embedPicture(context: PDFContext, picture: PictureFile): PDFRef {
  const { encoding, width, height } = picture;
  const plainSpace = encoding.components === 1 ? 'DeviceGray' : 'DeviceRGB';
  const dict = context.obj({
    Type: 'XObject',
    Subtype: 'Image',
    Width: width,
    Height: height,
    ColorSpace: plainSpace,
    BitsPerComponent: 8,
    Filter: encoding.filter,
  });
  if (encoding.filter === 'FlateDecode') {
    const { bits, palette, components } = encoding;
    dict.set(context.obj('BitsPerComponent'), context.obj(bits));
    dict.set(
      context.obj('DecodeParms'),
      context.obj({
        Predictor: 15,
        Colors: palette === undefined ? components : 1,
        BitsPerComponent: bits,
        Columns: width,
      }),
    );
    if (palette !== undefined) {
      const table = PDFHexString.of(palette.toString('hex'));
      dict.set(
        context.obj('ColorSpace'),
        context.obj(['Indexed', 'DeviceRGB', palette.length / 3 - 1, table]),
      );
    }
  }
  return context.register(new FileStream(dict, picture.path, picture.ranges));
}

async function describe(bytes: Buffer, path: string): Promise<PictureFile | undefined> {
  const metadata = await sharp(bytes, { limitInputPixels: maxPixels }).metadata();
  const { format, width, height, channels, orientation = 1 } = metadata;
  if (format === 'png') {
    const layout = readPngLayout(bytes);
    if (layout === undefined) return undefined;
    const components = layout.colourType === 'grey' ? 1 : 3;
    return {
      path,
      width,
      height,
      isGrey: components === 1,
      ranges: layout.pixels,
      encoding: {
        filter: 'FlateDecode',
        components,
        bits: layout.bitsPerComponent,
        palette: layout.palette === undefined || layout.colourType !== 'palette' ? undefined : layout.palette,
      },
    };
  }
  if (format !== 'jpeg' || orientation !== 1 || (channels !== 1 && channels !== 3)) return undefined;
  return {
    path,
    width,
    height,
    isGrey: channels === 1,
    ranges: [{ offset: 0, length: bytes.length }],
    encoding: { filter: 'DCTDecode', components: channels },
  };
}

async function convert(bytes: Buffer, path: string): Promise<PictureFile> {
  const { channels } = await sharp(bytes, { limitInputPixels: maxPixels }).metadata();
  return store(plain(bytes), channels <= 2, path);
}

/** Upright, opaque on white paper, sRGB. */
function plain(bytes: Buffer): Sharp {
  return sharp(bytes, { limitInputPixels: maxPixels }).autoOrient().flatten({ background: '#fff' });
}

/** Line art without loss; anything in colour as JPEG of a quality at which paper shows no difference. */
async function store(image: Sharp, isGrey: boolean, path: string): Promise<PictureFile> {
  const bytes = isGrey
    ? await image.toColourspace('b-w').png({ compressionLevel: 9 }).toBuffer()
    : await image.toColourspace('srgb').jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
  await writeFile(path, bytes);
  const described = await describe(bytes, path);
  if (described === undefined)
    throw new Error('A converted picture is still not in a form that a PDF carries');
  return described;
}
