import type { AssetReference } from './asset-reference.ts';
import type { Degradation } from './degradation.ts';
import type {
  MapReportChunksInput,
  MapReportChunksOutput,
  ReduceReportInput,
  ReduceReportOutput,
  RenderReportInput,
  RenderReportOutput,
} from './document-report-steps.ts';
import type { IngestDocumentInput, IngestDocumentOutput } from './ingest-document.ts';
import type {
  CuratePlanInput,
  CuratePlanOutput,
  RenderPlanInput,
  RenderPlanOutput,
  WritePlanInput,
  WritePlanOutput,
} from './learning-plan-steps.ts';
import type { PageSize } from './page-size.ts';
import type { PictureStyle } from './ports/generation-provider.ts';

/** The worker types: each is one app and one queue. */
export const workerTypes = ['ingest', 'generate', 'pdf'] as const;
export type WorkerType = (typeof workerTypes)[number];

/** How pictures that are wider than high stand on a page: a quarter turned, to fill it, or upright like all others. */
export const landscapePictures = ['turned', 'upright'] as const;
export type LandscapePictures = (typeof landscapePictures)[number];

/** Stored bytes that are a picture, with its size in pixels. */
export interface PictureReference extends AssetReference {
  readonly width: number;
  readonly height: number;
}

export interface IngestImageInput {
  readonly assetId: string;
  /** The position of the photo in the job, from 0: names it in messages. */
  readonly index: number;
}
export interface IngestImageOutput {
  readonly normalised: PictureReference;
  readonly thumbnail: PictureReference;
  /** As found in the file, before normalisation. */
  readonly source: {
    readonly format: string;
    readonly width: number;
    readonly height: number;
    readonly frames: number;
  };
}

export interface GeneratePictureInput {
  readonly index: number;
  readonly style: PictureStyle | { readonly prompt: string };
}
export interface GeneratePictureOutput {
  readonly picture: PictureReference;
  readonly provider: string;
  readonly model: string;
  /** Calls that were made: 0 when a stored result was found, which `saved` says. Kinds with several calls add them up. */
  readonly calls: number;
  readonly saved?: number;
  /** Present when another provider than the one that was asked for made it, with the reason. */
  readonly degraded?: Degradation;
}

export interface RenderPictureBookInput {
  readonly title: string;
  readonly pageSize: PageSize;
  /** BCP 47, for the document's language entry. */
  readonly language: string;
  readonly author?: string | undefined;
  /** Upright when absent, as in jobs from before there was a choice. */
  readonly landscapePictures?: LandscapePictures | undefined;
  /** One for each photo of the job, in order; empty string for none. */
  readonly captions: readonly string[];
}
export interface RenderPictureBookOutput {
  readonly document: AssetReference;
  readonly pages: number;
  /** Positions (from 0) of photos that were left out because their step failed. */
  readonly skipped: readonly number[];
  /** Positions (from 0) of photos whose picture another provider made than the one that was asked for. */
  readonly degraded?: readonly number[];
  /** Print-quality remarks, one sentence each. */
  readonly preflight: readonly string[];
}

/**
 * Every step handler that exists, with the worker type that runs it and the shapes it takes and gives. A worker's map of
 * handlers is typed by this, so a handler that is missing does not compile.
 */
export interface StepCatalog {
  'ingest-image': { worker: 'ingest'; input: IngestImageInput; output: IngestImageOutput };
  'ingest-document': { worker: 'ingest'; input: IngestDocumentInput; output: IngestDocumentOutput };
  'generate-picture': { worker: 'generate'; input: GeneratePictureInput; output: GeneratePictureOutput };
  'render-picture-book': { worker: 'pdf'; input: RenderPictureBookInput; output: RenderPictureBookOutput };
  'map-report-chunks': { worker: 'generate'; input: MapReportChunksInput; output: MapReportChunksOutput };
  /** Asks for a `map-report-chunks` for each batch of what was ingested, and is run again when they have ended. */
  'reduce-report': {
    worker: 'generate';
    input: ReduceReportInput;
    output: ReduceReportOutput;
    expands: true;
  };
  'render-report': { worker: 'pdf'; input: RenderReportInput; output: RenderReportOutput };
  'write-plan': { worker: 'generate'; input: WritePlanInput; output: WritePlanOutput };
  'curate-plan': { worker: 'generate'; input: CuratePlanInput; output: CuratePlanOutput };
  'render-plan': { worker: 'pdf'; input: RenderPlanInput; output: RenderPlanOutput };
}

export type HandlerName = keyof StepCatalog;
export type HandlerNameOf<Worker extends WorkerType> = {
  [Name in HandlerName]: StepCatalog[Name]['worker'] extends Worker ? Name : never;
}[HandlerName];

/** The same table as a value; `satisfies` keeps it complete and true. */
export const handlerWorkers = {
  'ingest-image': 'ingest',
  'ingest-document': 'ingest',
  'generate-picture': 'generate',
  'render-picture-book': 'pdf',
  'map-report-chunks': 'generate',
  'reduce-report': 'generate',
  'render-report': 'pdf',
  'write-plan': 'generate',
  'curate-plan': 'generate',
  'render-plan': 'pdf',
} as const satisfies { [Name in HandlerName]: StepCatalog[Name]['worker'] };

/** How many seconds one attempt of a step may take before it is cut and counted as failed. */
export const handlerTimeoutSeconds = {
  'ingest-image': 120,
  'ingest-document': 1_800,
  'generate-picture': 300,
  'render-picture-book': 600,
  'map-report-chunks': 600,
  'reduce-report': 900,
  'render-report': 600,
  'write-plan': 600,
  'curate-plan': 600,
  'render-plan': 600,
} as const satisfies Record<HandlerName, number>;
