import { Readable } from 'node:stream';
import { reach, storageKeys } from '@pressroom/domain';
import type { ImageFormat } from '@pressroom/images';
import sharp from 'sharp';
import { type ImageRun, type ImageStage, required, type StoredPicture } from '../image-run.ts';
import { normalisedLongEdge, thumbnailLongEdge } from '../picture-sizes.ts';
import { openPicture, runPipeline } from '../sharp-pipeline.ts';

const white = '#ffffff';

/**
 * An upright 8-bit sRGB JPEG without metadata, alpha over white, and its thumbnail. sharp drops metadata unless asked to
 * keep it; the thumbnail comes from the normalised picture, so the original is decoded once.
 */
export const normalisePicture: ImageStage = async (run, data) => {
  const { intermediate } = data;
  const source =
    intermediate === undefined
      ? await run.original.read(required(data, 'asset'))
      : await run.work.read(intermediate.name);
  const normalised = await runPipeline(
    openPicture(source, run.limits)
      .autoOrient()
      .resize(normalisedLongEdge, normalisedLongEdge, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: white })
      .toColourspace('srgb')
      .jpeg({ quality: 90, chromaSubsampling: chromaOf(required(data, 'facts').format) }),
    run.signal,
    source,
  );
  const thumbnail = await runPipeline(
    sharp(normalised.data)
      .resize(thumbnailLongEdge, thumbnailLongEdge, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80 }),
    run.signal,
  );
  // Under their content's own keys at once: as work files they would be written, synced and copied only to be deleted.
  const [keptNormalised, keptThumbnail] = await Promise.all([keep(run, normalised), keep(run, thumbnail)]);
  await reach('ingest.stored');
  if (intermediate !== undefined) run.work.release(intermediate.name);
  return { normalised: keptNormalised, thumbnail: keptThumbnail };
};

/**
 * Cameras store colour at half resolution already, and keeping it so saves a fifth of the work. Drawn pictures come
 * lossless, and their coloured lines would blur.
 */
function chromaOf(format: ImageFormat): '4:2:0' | '4:4:4' {
  return format === 'jpeg' || format === 'heic' || format === 'avif' ? '4:2:0' : '4:4:4';
}

async function keep(
  run: ImageRun,
  { data, info }: Awaited<ReturnType<typeof runPipeline>>,
): Promise<StoredPicture> {
  const mediaType = 'image/jpeg';
  const blob = await run.store.putByContent(
    (sha256) => storageKeys.content(run.accountId, sha256),
    Readable.from([data], { objectMode: false }),
    { contentType: mediaType, signal: run.signal },
  );
  const { key: storageKey, bytes, sha256 } = blob;
  return { storageKey, mediaType, bytes, sha256, width: info.width, height: info.height };
}
