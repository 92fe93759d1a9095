import type { PictureReference, StepHandlers, WorkerType } from '@pressroom/domain';

const picture: PictureReference = {
  assetId: 'asset_none',
  storageKey: 'accounts/none',
  mediaType: 'image/png',
  bytes: 1,
  sha256: '0'.repeat(64),
  width: 1,
  height: 1,
};

/** Handlers that succeed at once, so that nothing but queue and record is measured. */
export const idleHandlers: StepHandlers<WorkerType> = {
  'ingest-image': () =>
    Promise.resolve({
      output: {
        normalised: picture,
        thumbnail: picture,
        source: { format: 'png', width: 1, height: 1, frames: 1 },
      },
      assets: [],
    }),
  'ingest-document': () =>
    Promise.resolve({
      output: {
        digest: '0'.repeat(64),
        format: 'text',
        characters: 1,
        chunks: 1,
        tokens: 1,
        source: picture,
        document: picture,
        reused: false,
      },
      assets: [],
    }),
  'generate-picture': () =>
    Promise.resolve({ output: { picture, provider: 'offline', model: 'none', calls: 1 }, assets: [] }),
  'render-picture-book': () =>
    Promise.resolve({
      output: {
        document: { ...picture, mediaType: 'application/pdf' },
        pages: 3,
        skipped: [],
        preflight: [],
      },
      assets: [],
    }),
};
