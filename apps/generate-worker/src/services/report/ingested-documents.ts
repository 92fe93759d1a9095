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

/** What is said of each document that was asked for, by an asset's id or an address, whether it could be read or not. */
export function nameDocuments(
  asked: readonly string[],
  ingested: readonly IngestedDocument[],
): NamedDocument[] {
  return asked.map((name, index) => {
    const output = ingested.find((each) => each.index === index)?.output;
    const isUrl = /^https?:/i.test(name);
    const url = output?.source.url ?? (isUrl ? name : undefined);
    return {
      index,
      title: output?.title ?? (isUrl ? name : `Document ${index + 1}`),
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
