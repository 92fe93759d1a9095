import { Readable } from 'node:stream';
import {
  type AssetStore,
  type ChildStep,
  type GenerationService,
  type IdSource,
  type IngestImageOutput,
  PressroomError,
  reach,
  type StepHandler,
  storageKeys,
} from '@pressroom/domain';
import { loadPicture } from '../services/load-picture.ts';
import { toPrintReady } from '../services/print-ready-picture.ts';

export interface GeneratePictureDependencies {
  readonly generation: GenerationService;
  readonly store: AssetStore;
  readonly ids: IdSource;
  /** What making one picture takes in this process, in bytes. */
  readonly memoryBytes: number;
}

/** One ingested photo in, one picture for one page out. The bytes are kept by content, so a second attempt leaves no orphan. */
export function createGeneratePictureHandler({
  generation,
  store,
  ids,
  memoryBytes,
}: GeneratePictureDependencies): StepHandler<'generate-picture'> {
  return async ({ accountId, jobId, stepId, input, children, signal, log, withMemory }) => {
    const { normalised } = ingestedPhoto(children);
    const { blob, mediaType, width, height, generated } = await withMemory(memoryBytes, async () => {
      const picture = await loadPicture(store, normalised, signal);
      const answer = await generation.generatePicture({
        picture,
        pictureSha256: normalised.sha256,
        style: input.style,
        caller: { accountId, jobId, stepId },
        signal,
      });
      const { bytes, ...printed } = await toPrintReady(answer, signal);
      const kept = await store.putByContent(
        (sha256) => storageKeys.content(accountId, sha256),
        Readable.from([bytes]),
        { contentType: printed.mediaType, maxBytes: bytes.byteLength, signal },
      );
      return { blob: kept, ...printed, generated: answer };
    });
    await reach('generate.stored');
    const { provider, model, usage, saved, degraded } = generated;
    log.info(
      { index: input.index, provider, model, usage, degraded, bytes: blob.bytes },
      saved ? 'Picture found: the account has it already' : 'Picture generated',
    );
    const stored = {
      assetId: ids.next('asset'),
      storageKey: blob.key,
      mediaType,
      bytes: blob.bytes,
      sha256: blob.sha256,
      width,
      height,
    };
    return {
      output: {
        picture: stored,
        provider,
        model,
        calls: saved ? 0 : 1,
        saved: saved ? 1 : 0,
        ...(degraded === undefined ? {} : { degraded }),
      },
      assets: [{ ...stored, role: 'generated' }],
    };
  };
}

/** The recipe plans exactly one `ingest-image` under each picture, and a picture whose photo failed is never started. */
function ingestedPhoto(children: readonly ChildStep[]): IngestImageOutput {
  const child = children.find(({ handler, status }) => handler === 'ingest-image' && status === 'succeeded');
  if (child === undefined) {
    throw new PressroomError('internal', 'A picture was started without its ingested photo');
  }
  return child.output as IngestImageOutput;
}
