import type { AssetStore, Clock, IdSource, IngestStage, StepContext, StepHandler } from '@pressroom/domain';
import type { ImageLimits } from '@pressroom/images';
import { createHeicDecoder, type HeicDecoder } from '../services/images/heic/heic-decoder.ts';
import {
  type ImageIngestData,
  type ImageRun,
  type ImageStage,
  required,
} from '../services/images/image-run.ts';
import { OriginalBytes, type StoredOriginal } from '../services/images/original-bytes.ts';
import { extractPicture } from '../services/images/stages/extract-picture.ts';
import { fetchOriginal } from '../services/images/stages/fetch-original.ts';
import { inspectHeader } from '../services/images/stages/inspect-header.ts';
import { normalisePicture } from '../services/images/stages/normalise-picture.ts';
import { storePictures } from '../services/images/stages/store-pictures.ts';
import { validateLimits } from '../services/images/stages/validate-limits.ts';
import { WorkFiles } from '../services/images/work-files.ts';
import { workingMemoryOf } from '../services/images/working-memory.ts';
import { type Progress, StageWalk } from '../services/stage-walk.ts';

export interface IngestImageDependencies {
  readonly store: AssetStore;
  readonly findAsset: (accountId: string, assetId: string) => Promise<StoredOriginal | undefined>;
  readonly limits: ImageLimits;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Share one a process and close it at the end. Without it the handler makes its own, whose idle threads hold nothing up. */
  readonly decoder?: HeicDecoder;
}

const imageStages: { readonly [Stage in IngestStage]?: ImageStage } = {
  fetch: fetchOriginal,
  inspect: inspectHeader,
  validate: validateLimits,
  extract: extractPicture,
  normalise: normalisePicture,
  store: storePictures,
};

type ImageWalk = StageWalk<'ingest-image', ImageRun, ImageIngestData>;

/** Those that hold pixels; the process's memory is asked for before the first of them and given back after the last. */
const decodingStages: ReadonlySet<IngestStage> = new Set(['extract', 'normalise']);

/** Walks the ingest machine over one picture. */
export function createIngestImageHandler(deps: IngestImageDependencies): StepHandler<'ingest-image'> {
  const heicDecoder = deps.decoder ?? createHeicDecoder();
  return async (context) => {
    const run: ImageRun = {
      accountId: context.accountId,
      assetId: context.input.assetId,
      store: deps.store,
      limits: deps.limits,
      ids: deps.ids,
      heicDecoder,
      signal: context.signal,
      findAsset: deps.findAsset,
      original: new OriginalBytes(deps.store, deps.limits, context.signal),
      work: new WorkFiles(deps.store, context.stepId, context.signal),
    };
    const walk: ImageWalk = new StageWalk({
      context,
      clock: deps.clock,
      run,
      stages: imageStages,
      routeOf: () => 'image',
      item: { name: 'Photo', number: context.input.index + 1 },
    });
    try {
      const inspected = await walk.walk(
        walk.begin,
        (stage) => !decodingStages.has(stage) && stage !== 'store',
      );
      const decoded = await decodeWithinMemory(inspected, run, context, walk);
      const stored = await walk.walk(decoded, () => true);
      await walk.settled();
      context.signal.throwIfAborted();
      await removeWorkFiles(run, context);
      return required(stored.data, 'result');
    } finally {
      await walk.ended();
    }
  };
}

/** Not for an attempt that only has the end left: nothing of it is decoded. */
async function decodeWithinMemory(
  progress: Progress<ImageIngestData>,
  run: ImageRun,
  context: StepContext<'ingest-image'>,
  walk: ImageWalk,
): Promise<Progress<ImageIngestData>> {
  const next = walk.next(progress);
  if (next === undefined || !decodingStages.has(next)) return progress;
  const bytes = workingMemoryOf(required(progress.data, 'facts'));
  // The file can be read again; kept by everybody who waits, files alone would fill the memory.
  return await context.withMemory(
    bytes,
    () => walk.walk(progress, (stage) => decodingStages.has(stage)),
    () => run.original.release(),
  );
}

/** Only after the last transition is saved: a crash before that still needs them. Left-overs are no reason to fail. */
async function removeWorkFiles(run: ImageRun, context: StepContext<'ingest-image'>): Promise<void> {
  await run.work
    .deleteAll()
    .catch((cause: unknown) => context.log.warn({ err: cause }, 'could not delete the work files'));
}
