import type { ChildStep, IngestDocumentOutput } from '@pressroom/domain';

export interface IngestedDocument {
  /** Position of the document in the job, from 0. */
  readonly index: number;
  readonly output: IngestDocumentOutput;
}

/** The documents of a job that could be read, in order. */
export function ingestedDocuments(children: readonly ChildStep[]): IngestedDocument[] {
  return children
    .filter(({ handler, status }) => handler === 'ingest-document' && status === 'succeeded')
    .map(({ itemIndex, output }) => ({ index: itemIndex ?? 0, output: output as IngestDocumentOutput }))
    .sort((a, b) => a.index - b.index);
}

export interface NamedDocument {
  readonly index: number;
  readonly title: string;
  readonly url?: string;
  readonly format?: IngestDocumentOutput['format'];
  readonly pages?: number;
  readonly leftOut?: string;
}

export interface AskedDocuments {
  /** By an asset's id or an address. */
  readonly documents: readonly string[];
  /** What to call those that have no title of their own; empty for none. */
  readonly names?: readonly string[] | undefined;
}

/** What is said of each document that was asked for, whether it could be read or not. */
export function nameDocuments(
  { documents, names }: AskedDocuments,
  ingested: readonly IngestedDocument[],
): NamedDocument[] {
  return documents.map((asked, index) => {
    const output = ingested.find((each) => each.index === index)?.output;
    const isUrl = /^https?:/i.test(asked);
    const url = output?.source.url ?? (isUrl ? asked : undefined);
    return {
      index,
      title: output?.title ?? (names?.[index] || (isUrl ? asked : `Document ${index + 1}`)),
      ...(url === undefined ? {} : { url }),
      ...(output === undefined ? { leftOut: 'it could not be read' } : { format: output.format }),
      ...(output?.pages === undefined ? {} : { pages: output.pages }),
    };
  });
}

/** Positions, from 0, of those that could not be read. */
export function leftOutOf(asked: readonly string[], ingested: readonly IngestedDocument[]): number[] {
  const read = new Set(ingested.map(({ index }) => index));
  return asked.map((_, index) => index).filter((index) => !read.has(index));
}
