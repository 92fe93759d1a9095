import { isUtf8 } from 'node:buffer';
import { fileTypeFromBuffer } from 'file-type';
import { findSvgRoot } from './svg-document.ts';
import { readSvgHead } from './svg-text.ts';

export interface SniffedType {
  readonly mediaType: string;
  /** `image` only for the pictures that are taken; a picture of another type is `unknown`. */
  readonly family: 'image' | 'document' | 'unknown';
  /** For messages, with its article: `a Windows bitmap (BMP)`. */
  readonly description: string;
}

/** Bytes of a file's beginning that {@link sniffMediaType} wants to see (less is fine for a shorter file). */
export const sniffLength = 16 * 1024;

const imageTypes: Readonly<Record<string, string>> = {
  'image/jpeg': 'a JPEG picture',
  'image/png': 'a PNG picture',
  'image/webp': 'a WebP picture',
  'image/gif': 'a GIF picture',
  'image/tiff': 'a TIFF picture',
  'image/avif': 'an AVIF picture',
  'image/heic': 'a HEIC picture',
  'image/heif': 'a HEIF picture',
  'image/svg+xml': 'an SVG drawing',
};

/**
 * file-type looks past these first bytes, and gives up where the file is damaged or (TIFF) its directory lies beyond the
 * head. The decoder can tell better what is wrong, if anything is.
 */
const bareSignatures = [
  { mediaType: 'image/jpeg', start: [0xff, 0xd8] },
  { mediaType: 'image/png', start: [0x89, 0x50, 0x4e, 0x47] },
  { mediaType: 'image/tiff', start: [0x49, 0x49, 0x2a, 0x00] },
  { mediaType: 'image/tiff', start: [0x49, 0x49, 0x2b, 0x00] },
  { mediaType: 'image/tiff', start: [0x4d, 0x4d, 0x00, 0x2a] },
  { mediaType: 'image/tiff', start: [0x4d, 0x4d, 0x00, 0x2b] },
] as const;

/** Names that libraries give to variants which are read the same way. */
const aliases: Readonly<Record<string, string>> = {
  'image/apng': 'image/png',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heif',
};

const documentTypes: Readonly<Record<string, string>> = {
  'application/pdf': 'a PDF document',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'a Word document (DOCX)',
  'application/xml': 'an XML document',
  'text/html': 'an HTML page',
  'text/plain': 'a text file',
};

const refusedTypes: Readonly<Record<string, string>> = {
  'image/bmp': 'a Windows bitmap (BMP)',
  'image/x-icon': 'an icon file (ICO)',
  'image/vnd.adobe.photoshop': 'a Photoshop document (PSD)',
  'image/jxl': 'a JPEG XL picture (JXL)',
  'image/jp2': 'a JPEG 2000 picture',
  'image/vnd.ms-photo': 'a JPEG XR picture',
  'image/x-adobe-dng': 'a raw camera file (DNG)',
  'image/x-canon-cr2': 'a raw camera file (CR2)',
  'image/x-canon-cr3': 'a raw camera file (CR3)',
  'image/x-nikon-nef': 'a raw camera file (NEF)',
  'image/x-sony-arw': 'a raw camera file (ARW)',
  'application/zip': 'a ZIP archive',
  'application/gzip': 'a gzip archive',
  'video/mp4': 'an MP4 video',
  'video/quicktime': 'a QuickTime video',
};

/**
 * What a file is, by its content alone: names and declared types are never asked. Binary signatures come before the SVG
 * check, since a WebP may hold bytes that read like a drawing.
 */
export async function sniffMediaType(head: Uint8Array): Promise<SniffedType> {
  const found = await signatureOf(head);
  const binary = found === undefined ? undefined : (aliases[found] ?? found);
  // A UTF-16 byte order mark is taken for the beginning of an MP3 frame.
  const mayBeText = binary === undefined || /^(?:application\/(?:xml|gzip)|audio\/mpeg)$/.test(binary);
  if (!mayBeText) return describe(binary);
  const text = readSvgHead(head);
  if (text !== undefined && findSvgRoot(text) !== undefined) return describe('image/svg+xml');
  if (binary !== undefined) return describe(binary);
  const bare = bareSignatures.find(({ start }) => start.every((byte, at) => head[at] === byte));
  if (bare !== undefined) return describe(bare.mediaType);
  if (text !== undefined && isTextHead(head)) {
    return describe(
      /<(!doctype\s+html|html|head|body)[\s>]/i.test(text.slice(0, 4_096)) ? 'text/html' : 'text/plain',
    );
  }
  return {
    mediaType: 'application/octet-stream',
    family: 'unknown',
    description: 'a file of an unknown type',
  };
}

/** file-type throws on some malformed containers; those are of no known type. */
async function signatureOf(head: Uint8Array): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(head))?.mime;
  } catch {
    return undefined;
  }
}

function describe(mediaType: string): SniffedType {
  const image = imageTypes[mediaType];
  if (image !== undefined) return { mediaType, family: 'image', description: image };
  const document = documentTypes[mediaType];
  if (document !== undefined) return { mediaType, family: 'document', description: document };
  return {
    mediaType,
    family: 'unknown',
    description: refusedTypes[mediaType] ?? `a file of the type ${mediaType}`,
  };
}

/** Control characters tell bytes from text; up to three bytes of a character that the head cuts in two are forgiven. */
function isTextHead(head: Uint8Array): boolean {
  const control = head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));
  if (head.length === 0 || control) return false;
  const cuts = head.length >= 1_024 ? [0, 1, 2, 3] : [0];
  return cuts.some((cut) => isUtf8(head.subarray(0, head.length - cut)));
}
