import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PressroomError } from '@pressroom/domain';
import { developPhoto } from './develop-photo.ts';
import { encodePhoto, type PhotoFile, photoFiles } from './encode-photo.ts';
import { allScenes } from './scenes/all-scenes.ts';

export interface SamplePhoto {
  readonly path: string;
  /** A caption of a few words. */
  readonly title: string;
  readonly format: PhotoFile['format'];
  /** Pixels once the photo stands upright. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation in the file; 1 where the pixels are stored upright. */
  readonly orientation: PhotoFile['orientation'];
}

export interface SamplePhotoOptions {
  /** 1 to 200. Default 8, one of each scene; from the ninth on the scenes come again with other details. */
  readonly count?: number;
  /** Same seed, same bytes. Default 1. */
  readonly seed?: number;
}

const maxCount = 200;
/** Two keep both the drawing and the encoding threads busy; each photo in flight costs about 60 MB. */
const photosInFlight = 2;

/**
 * Draws photos that look taken and are not: no picture of anyone's is in them. The folder is made when it is missing;
 * files of the same names in it are replaced. Throws `invalid-request` for a count outside the range,
 * `storage-unavailable` when the folder cannot be written.
 */
export async function drawSamplePhotos(
  folder: string,
  options: SamplePhotoOptions = {},
): Promise<readonly SamplePhoto[]> {
  const { count = allScenes.length, seed = 1 } = options;
  if (!Number.isInteger(count) || count < 1 || count > maxCount) {
    throw new PressroomError(
      'invalid-request',
      `Cannot draw ${count} sample photos: 1 to ${maxCount} can be`,
    );
  }
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new PressroomError('storage-unavailable', 'Cannot make the folder of the sample photos', { cause });
  }
  const photos = new Array<SamplePhoto>(count);
  const numbers = photos.keys();
  const drawRest = async () => {
    try {
      for (const number of numbers) photos[number] = await drawOne(folder, number, seed);
    } catch (error) {
      // The numbers are shared: taking the rest of them ends the others after the photo they are at.
      for (const _ of numbers);
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: photosInFlight }, drawRest));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return photos;
}

async function drawOne(folder: string, number: number, seed: number): Promise<SamplePhoto> {
  const scene = allScenes[number % allScenes.length];
  const file = photoFiles[number % photoFiles.length];
  if (scene === undefined || file === undefined) throw new RangeError(`There is no scene ${number}`);
  const { title, width, height } = scene;
  const path = join(folder, `${String(number + 1).padStart(2, '0')}-${scene.name}.${file.extension}`);
  await encodePhoto(await developPhoto(scene, seed + number * 7919), file, path);
  return { path, title, format: file.format, width, height, orientation: file.orientation };
}
