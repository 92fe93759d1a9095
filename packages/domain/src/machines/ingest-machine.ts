import { defineMachine } from './transition-table.ts';

/** Where an ingest step stands: the name of the last stage that was finished. */
export const ingestStates = [
  'received',
  'fetched',
  'inspected',
  'validated',
  'extracted',
  'normalised',
  'chunked',
  'embedded',
  'stored',
] as const;
export type IngestState = (typeof ingestStates)[number];

export const ingestStages = [
  'fetch',
  'inspect',
  'validate',
  'extract',
  'normalise',
  'chunk',
  'embed',
  'store',
] as const;
export type IngestStage = (typeof ingestStages)[number];

/**
 * The eight stages of ingestion. A picture has no text, so it goes from `normalised` straight to `store`, and so does a
 * document that the account has ingested before from `validated`: these skips are edges of the table (`store` may start from
 * there), not an `if` in a handler.
 */
export const ingestMachine = defineMachine({
  name: 'ingest',
  initial: 'received',
  states: ingestStates,
  final: ['stored'],
  transitions: {
    fetch: { from: ['received'], to: 'fetched' },
    inspect: { from: ['fetched'], to: 'inspected' },
    validate: { from: ['inspected'], to: 'validated' },
    extract: { from: ['validated'], to: 'extracted' },
    normalise: { from: ['extracted'], to: 'normalised' },
    chunk: { from: ['normalised'], to: 'chunked' },
    embed: { from: ['chunked'], to: 'embedded' },
    store: { from: ['validated', 'normalised', 'embedded'], to: 'stored' },
  },
});

/** The stages that an input of each sort passes, in order. */
export const ingestRoutes = {
  image: ['fetch', 'inspect', 'validate', 'extract', 'normalise', 'store'],
  document: ingestStages,
  'known-document': ['fetch', 'inspect', 'validate', 'store'],
} as const satisfies Record<string, readonly IngestStage[]>;
export type IngestRoute = keyof typeof ingestRoutes;

/** The next stage to run from `state` on `route`, or undefined when the input is stored. */
export function nextIngestStage(state: IngestState, route: IngestRoute): IngestStage | undefined {
  return ingestRoutes[route].find((stage) =>
    (ingestMachine.transitions[stage].from as readonly IngestState[]).includes(state),
  );
}
