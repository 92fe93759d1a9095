import {
  type AssetStore,
  type Clock,
  type IdSource,
  type IngestStage,
  type IngestState,
  ingestMachine,
  ingestStates,
  isPressroomError,
  nextIngestStage,
  PressroomError,
  type StepContext,
  type StepHandler,
  toPressroomError,
} from '@pressroom/domain';
import type { ImageLimits } from '@pressroom/images';
import { createHeicDecoder, type HeicDecoder } from '../services/images/heic/heic-decoder.ts';
import {
  type ImageIngestData,
  type ImageRun,
  type ImageStage,
  required,
} from '../services/images/image-run.ts';
import { OrderedSaves } from '../services/images/ordered-saves.ts';
import { OriginalBytes, type StoredOriginal } from '../services/images/original-bytes.ts';
import { extractPicture } from '../services/images/stages/extract-picture.ts';
import { fetchOriginal } from '../services/images/stages/fetch-original.ts';
import { inspectHeader } from '../services/images/stages/inspect-header.ts';
import { normalisePicture } from '../services/images/stages/normalise-picture.ts';
import { storePictures } from '../services/images/stages/store-pictures.ts';
import { validateLimits } from '../services/images/stages/validate-limits.ts';
import { WorkFiles } from '../services/images/work-files.ts';
import { workingMemoryOf } from '../services/images/working-memory.ts';

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

interface Progress {
  readonly state: IngestState;
  readonly data: ImageIngestData;
}

/** Those that hold pixels; the process's memory is asked for before the first of them and given back after the last. */
const decodingStages: ReadonlySet<IngestStage> = new Set(['extract', 'normalise']);

/**
 * Walks the ingest machine over one picture, saving each transition while the next stage is at work. A re-run goes on at the
 * first stage whose transition was not saved; every stage gives the same when it is run again.
 * Errors thrown are named in the files of the stages, with the photo's number put before the message.
 */
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
    const saves = new OrderedSaves();
    const walk = async (from: Progress, isWanted: (stage: IngestStage) => boolean): Promise<Progress> => {
      let progress = from;
      for (;;) {
        const stage = nextIngestStage(progress.state, 'image');
        if (stage === undefined || !isWanted(stage)) return progress;
        progress = await runStage(stage, progress, run, context, deps.clock, saves);
      }
    };
    try {
      const inspected = await walk(
        readProgress(context),
        (stage) => !decodingStages.has(stage) && stage !== 'store',
      );
      const decoded = await decodeWithinMemory(inspected, run, context, (progress) =>
        walk(progress, (stage) => decodingStages.has(stage)),
      );
      const stored = await walk(decoded, () => true);
      await saves.settled();
      context.signal.throwIfAborted();
      await removeWorkFiles(run, context);
      return required(stored.data, 'result');
    } finally {
      // What is still being saved belongs to this attempt, whatever has become of it.
      await saves.ended();
    }
  };
}

/** Not for an attempt that only has the end left: nothing of it is decoded. */
async function decodeWithinMemory(
  progress: Progress,
  run: ImageRun,
  context: StepContext<'ingest-image'>,
  decode: (progress: Progress) => Promise<Progress>,
): Promise<Progress> {
  const next = nextIngestStage(progress.state, 'image');
  if (next === undefined || !decodingStages.has(next)) return progress;
  const bytes = workingMemoryOf(required(progress.data, 'facts'));
  // The file can be read again; kept by everybody who waits, files alone would fill the memory.
  return await context.withMemory(
    bytes,
    () => decode(progress),
    () => run.original.release(),
  );
}

async function runStage(
  stage: IngestStage,
  before: Progress,
  run: ImageRun,
  context: StepContext<'ingest-image'>,
  clock: Clock,
  saves: OrderedSaves,
): Promise<Progress> {
  const work = imageStages[stage];
  if (work === undefined) throw new TypeError(`The ingest stage '${stage}' does not exist for pictures`);
  const startedAt = clock.now();
  const timing = () => ({ stage, startedAt, durationMs: clock.now().getTime() - startedAt.getTime() });
  let added: Partial<ImageIngestData>;
  try {
    context.signal.throwIfAborted();
    saves.throwIfFailed();
    added = await work(run, before.data);
  } catch (error) {
    // A stop is not a failure of the stage; and nothing may hide why it stopped.
    context.signal.throwIfAborted();
    await saves.settled();
    const failure = toPressroomError(error);
    await context
      .saveStage(asRecord(before), { ...timing(), errorCode: failure.code })
      .catch((cause: unknown) => context.log.warn({ err: cause, stage }, 'could not save a failed stage'));
    throw withPhotoNumber(failure, context.input.index);
  }
  const after: Progress = {
    state: ingestMachine.transitions[stage].to,
    data: { ...before.data, ...added },
  };
  const saved = timing();
  saves.add(() => context.saveStage(asRecord(after), saved));
  return after;
}

function readProgress(context: StepContext<'ingest-image'>): Progress {
  const state = ingestStates.find((known) => known === context.stage?.state);
  if (context.stage === undefined || state === undefined) return { state: ingestMachine.initial, data: {} };
  return { state, data: context.stage.data as ImageIngestData };
}

function asRecord(progress: Progress) {
  return { state: progress.state, data: { ...progress.data } };
}

/** Only after the last transition is saved: a crash before that still needs them. Left-overs are no reason to fail. */
async function removeWorkFiles(run: ImageRun, context: StepContext<'ingest-image'>): Promise<void> {
  await run.work
    .deleteAll()
    .catch((cause: unknown) => context.log.warn({ err: cause }, 'could not delete the work files'));
}

/** Photos are counted from 1 for people. Our own faults keep their message: they are not about this photo. */
function withPhotoNumber(error: PressroomError, index: number): PressroomError {
  if (!isPressroomError(error) || error.definition.retryability !== 'permanent') return error;
  const options = error.facts === undefined ? {} : { facts: { ...error.facts, photo: index + 1 } };
  return new PressroomError(error.code, `Photo ${index + 1}: ${error.message}`, {
    facts: { photo: index + 1 },
    ...options,
    cause: error,
  });
}
