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
const noText = {
  assetId: 'asset_none',
  storageKey: 'accounts/none',
  mediaType: 'application/json',
  bytes: 1,
  sha256: picture.sha256,
};
const nobody = { provider: 'offline', model: 'none', calls: 1 };

export const idleHandlers: StepHandlers<WorkerType> = {
  'map-report-chunks': () =>
    Promise.resolve({ output: { ...nobody, part: noText, findings: 0, chunksRead: 0 }, assets: [] }),
  'reduce-report': () =>
    Promise.resolve({
      output: { ...nobody, report: noText, table: noText, findings: 0, skipped: [], degradedDocuments: [] },
      assets: [],
    }),
  'render-report': () =>
    Promise.resolve({
      output: {
        document: { ...noText, mediaType: 'application/pdf' },
        report: noText,
        table: noText,
        pages: 3,
        skipped: [],
        degraded: [],
        preflight: [],
      },
      assets: [],
    }),
  'write-plan': () =>
    Promise.resolve({ output: { ...nobody, plan: noText, sources: [], skipped: [], tasks: 1 }, assets: [] }),
  'curate-plan': () =>
    Promise.resolve({
      output: {
        plan: noText,
        markdown: noText,
        calendar: noText,
        skipped: [],
        resources: 0,
        tasksWithout: 1,
      },
      assets: [],
    }),
  'render-plan': () =>
    Promise.resolve({
      output: {
        document: { ...noText, mediaType: 'application/pdf' },
        plan: noText,
        markdown: noText,
        calendar: noText,
        pages: 3,
        skipped: [],
        preflight: [],
      },
      assets: [],
    }),
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
