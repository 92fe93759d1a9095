import type { ChunkOptions, DocumentFacts, DocumentLimits } from '@pressroom/documents';
import type {
  AssetStore,
  DocumentFindings,
  DocumentFormat,
  DocumentStore,
  EmbeddingModel,
  EmbeddingService,
  IdSource,
  IngestDocumentInput,
  Log,
  StepResult,
  StoredBlob,
} from '@pressroom/domain';
import type { UrlRules } from '@pressroom/web';
import type { StoredOriginal } from '../images/original-bytes.ts';
import type { DocumentReading } from './document-reading.ts';
import type { LocalSource } from './local-source.ts';
import type { ReceivedSource } from './received-source.ts';
import type { WorkFile, WorkStreams } from './work-streams.ts';

/** What the finished stages found out: saved after each of them, so it is plain JSON and small. */
export interface DocumentIngestData {
  readonly source?: ReceivedSource;
  readonly format?: DocumentFormat;
  readonly facts?: DocumentFacts;
  readonly digest?: string;
  /** The account has ingested this before. */
  readonly known?: { readonly findings: DocumentFindings; readonly document: StoredBlob };
  /** Blocks as they were found, before anything is cleaned. */
  readonly extracted?: WorkFile;
  /** In its final place, which has no asset of the account to it yet. */
  readonly document?: StoredBlob & Pick<DocumentFindings, 'title' | 'language' | 'characters'>;
  readonly chunked?: WorkFile & { readonly chunks: number; readonly tokens: number };
  /** The vectors one after the other, 32-bit floats; absent when there is no model. */
  readonly embedded?: WorkFile & { readonly embedding: EmbeddingModel };
  readonly result?: StepResult<'ingest-document'>;
}

export interface DocumentSettings {
  readonly limits: DocumentLimits;
  readonly chunk: Pick<ChunkOptions, 'maxTokens' | 'overlapTokens'>;
  readonly urls: UrlRules;
  /** Texts that are sent to the provider in one call; the provider's own limit holds too. */
  readonly embeddingBatch: number;
  /** Chunk rows that one statement writes. */
  readonly writeBatch: number;
}

/** One attempt at one document: the things that every stage may use. */
export interface DocumentRun {
  readonly accountId: string;
  readonly jobId: string;
  readonly stepId: string;
  readonly input: IngestDocumentInput;
  readonly settings: DocumentSettings;
  readonly store: AssetStore;
  readonly documents: DocumentStore;
  readonly embeddings: EmbeddingService | undefined;
  readonly findAsset: (accountId: string, assetId: string) => Promise<StoredOriginal | undefined>;
  readonly ids: IdSource;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly reportProgress: (done: number, total: number) => Promise<void>;
  readonly local: LocalSource;
  readonly reading: DocumentReading;
  readonly work: WorkStreams;
}

/** Does one stage and gives back what it adds to the data. */
export type DocumentStage = (
  run: DocumentRun,
  data: DocumentIngestData,
) => Promise<Partial<DocumentIngestData>>;

/** What an earlier stage must have left behind. */
export function required<Key extends keyof DocumentIngestData>(
  data: DocumentIngestData,
  key: Key,
): NonNullable<DocumentIngestData[Key]> {
  const value = data[key];
  if (value === undefined || value === null) throw new TypeError(`The saved stage has no '${key}'`);
  return value as NonNullable<DocumentIngestData[Key]>;
}
