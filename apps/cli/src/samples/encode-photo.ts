import { PressroomError } from '@pressroom/domain';
import sharp, { type Sharp } from 'sharp';
import type { DevelopedPhoto } from './develop-photo.ts';

/** How a photo lies on the card: what a phone or a camera does to the file that the book must not show. */
export interface PhotoFile {
  readonly format: 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif';
  readonly extension: string;
  /** EXIF orientation: the pixels are stored turned, so that this tag turns them upright. */
  readonly orientation: 1 | 3 | 6 | 8;
  /** Make and model of the camera; left out, the file has no EXIF at all. */
  readonly camera?: readonly [make: string, model: string];
  /** Whether the place is in the file: the North Sea, where no one lives. */
  readonly place?: true;
}

/** Kinds of files in turn, as they come from several people's cameras and phones. */
export const photoFiles: readonly PhotoFile[] = [
  { format: 'jpeg', extension: 'jpg', orientation: 6, camera: ['Pressroom', 'Pocket One'], place: true },
  { format: 'jpeg', extension: 'jpg', orientation: 8, camera: ['Pressroom', 'Pocket One'] },
  { format: 'webp', extension: 'webp', orientation: 1 },
  { format: 'tiff', extension: 'tif', orientation: 1, camera: ['Pressroom', 'Studio'] },
  { format: 'jpeg', extension: 'jpg', orientation: 3, camera: ['Pressroom', 'Pocket One'] },
  { format: 'png', extension: 'png', orientation: 1 },
  { format: 'jpeg', extension: 'jpg', orientation: 1, camera: ['Pressroom', 'Studio'] },
  { format: 'avif', extension: 'avif', orientation: 1 },
];

/** Degrees clockwise that the pixels are turned before they are stored, so that the orientation undoes it. */
const storedTurn = { 1: 0, 3: 180, 6: 270, 8: 90 } as const satisfies Record<
  PhotoFile['orientation'],
  number
>;

/** Writes the photo whole. Throws `storage-unavailable` when the file cannot be written. */
export async function encodePhoto(photo: DevelopedPhoto, file: PhotoFile, path: string): Promise<void> {
  const { pixels, width, height } = photo;
  const upright = sharp(pixels, { raw: { width, height, channels: 3 } });
  const stored = file.orientation === 1 ? upright : upright.rotate(storedTurn[file.orientation]);
  try {
    await compress(withExif(stored, file), file.format).toFile(path);
  } catch (cause) {
    throw new PressroomError('storage-unavailable', 'Cannot write a sample photo into its folder', { cause });
  }
}

/** The fastest settings that show no artefacts: the files are read once and thrown away. */
function compress(photo: Sharp, format: PhotoFile['format']): Sharp {
  switch (format) {
    case 'jpeg':
      return photo.jpeg({ quality: 90 });
    case 'png':
      return photo.png({ compressionLevel: 2 });
    case 'webp':
      return photo.webp({ quality: 88, effort: 0 });
    case 'tiff':
      return photo.tiff({ compression: 'jpeg', quality: 92 });
    case 'avif':
      return photo.avif({ quality: 65, effort: 0 });
  }
}

function withExif(photo: Sharp, { camera, orientation, place }: PhotoFile): Sharp {
  if (camera === undefined) return photo;
  const [Make, Model] = camera;
  const GPSLatitude = { GPSLatitudeRef: 'N', GPSLatitude: '55/1 30/1 0/1' };
  const GPSLongitude = { GPSLongitudeRef: 'E', GPSLongitude: '3/1 15/1 0/1' };
  const IFD0 = { Make, Model };
  const exif = place === undefined ? { IFD0 } : { IFD0, IFD3: { ...GPSLatitude, ...GPSLongitude } };
  return photo.withExif(exif).withMetadata({ orientation });
}
