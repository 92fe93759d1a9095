import type { AssetStore, IdSource, PictureReference, StepResult } from '@pressroom/domain';
import type { ImageFacts, ImageLimits } from '@pressroom/images';
import type { HeicDecoder } from './heic/heic-decoder.ts';
import type { OriginalBytes, StoredOriginal } from './original-bytes.ts';
import type { WorkFiles } from './work-files.ts';

/** A picture among a step's work files. */
export interface WorkPicture {
  readonly name: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
}

/** A picture in its final place, which has no asset of the account to it yet. */
export type StoredPicture = Omit<PictureReference, 'assetId'>;

/**
 * What the finished stages found out: saved after each of them, so it is plain JSON and small. Bytes are in the asset
 * store, where another machine finds them too: results under their content's own keys, so that a repeat writes the same
 * blobs, and what only a later stage needs as work files.
 */
export interface ImageIngestData {
  readonly asset?: StoredOriginal;
  readonly facts?: ImageFacts;
  /** Only for formats that sharp cannot decode by itself; the others are read from the original. */
  readonly intermediate?: WorkPicture;
  readonly normalised?: StoredPicture;
  readonly thumbnail?: StoredPicture;
  readonly result?: StepResult<'ingest-image'>;
}

/** One attempt at one picture: the things that every stage may use. */
export interface ImageRun {
  readonly accountId: string;
  readonly assetId: string;
  readonly store: AssetStore;
  readonly limits: ImageLimits;
  readonly ids: IdSource;
  readonly heicDecoder: HeicDecoder;
  readonly signal: AbortSignal;
  readonly findAsset: (accountId: string, assetId: string) => Promise<StoredOriginal | undefined>;
  readonly original: OriginalBytes;
  readonly work: WorkFiles;
}

/** Does one stage and gives back what it adds to the data. */
export type ImageStage = (run: ImageRun, data: ImageIngestData) => Promise<Partial<ImageIngestData>>;

/** What an earlier stage must have left behind. */
export function required<Key extends keyof ImageIngestData>(
  data: ImageIngestData,
  key: Key,
): NonNullable<ImageIngestData[Key]> {
  const value = data[key];
  if (value === undefined || value === null) throw new TypeError(`The saved stage has no '${key}'`);
  return value as NonNullable<ImageIngestData[Key]>;
}
