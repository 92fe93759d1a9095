import { readFile } from 'node:fs/promises';
import { documentFormats } from '@pressroom/domain';
import {
  type Corpus,
  type CorpusFile,
  hostileDocuments,
  mediaTypes,
  sampleDocuments,
  seededRandom,
} from '@pressroom/testing';
import sharp from 'sharp';

/** What is mutated. */
export interface FuzzSource {
  readonly name: string;
  readonly sort: 'document' | 'picture';
  /** Decides on the tokens and the structure that mutations know: a format, or `picture`. */
  readonly format: string;
  readonly mediaType: string;
  bytes(): Promise<Buffer>;
}

/** A larger one makes few cases a minute. */
const maxBytes = 1_500_000;
const documentFolders = /^(?:documents|documents-bad|html|csv)\//;
const pictureFolders = /^(?:photos|images-hard|images-bad)\//;
const formatsByEnding: Readonly<Record<string, keyof typeof mediaTypes>> = {
  pdf: 'pdf',
  docx: 'docx',
  docm: 'docx',
  html: 'html',
  md: 'markdown',
  txt: 'text',
  csv: 'csv',
  tsv: 'csv',
};

/** Files of the corpus, or the project's own samples where there is none; always in the same order. */
export async function fuzzSources(corpus: Corpus | undefined): Promise<readonly FuzzSource[]> {
  const found = (corpus?.files ?? []).filter(({ bytes }) => bytes <= maxBytes && bytes > 0).flatMap(sourceOf);
  const own = [...(found.length > 0 ? [] : [...samples(), ...(await drawings())]), ...smallHostile()];
  return [...found, ...own].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sourceOf({ name, path }: CorpusFile): FuzzSource[] {
  const bytes = (): Promise<Buffer> => readFile(path);
  if (pictureFolders.test(name))
    return [{ name, sort: 'picture', format: 'picture', mediaType: 'application/octet-stream', bytes }];
  const format = formatsByEnding[name.split('.').at(-1) ?? ''];
  if (!documentFolders.test(name) || format === undefined) return [];
  return [{ name, sort: 'document', format, mediaType: mediaTypes[format], bytes }];
}

function samples(): FuzzSource[] {
  return documentFormats.flatMap((format) =>
    [1, 2].map((seed) => ({
      name: `sample-${format}-${seed}`,
      sort: 'document' as const,
      format,
      mediaType: mediaTypes[format],
      bytes: () => Promise.resolve(sampleDocuments[format](seededRandom(seed), 20)),
    })),
  );
}

async function drawings(): Promise<FuzzSource[]> {
  const drawn = sharp({ create: { width: 64, height: 48, channels: 3, background: '#77aa55' } });
  return await Promise.all(
    (['jpeg', 'png', 'webp', 'gif', 'tiff'] as const).map(async (format) => {
      const bytes = await drawn.clone().toFormat(format).toBuffer();
      return {
        name: `sample-picture-${format}`,
        sort: 'picture' as const,
        format: 'picture',
        mediaType: `image/${format}`,
        bytes: () => Promise.resolve(bytes),
      };
    }),
  );
}

/** Hostile already, and small enough to be made more so. */
function smallHostile(): FuzzSource[] {
  return hostileDocuments
    .filter(({ name }) =>
      /circle|itself|lone|claimed|lies|entities|form that|none|encoding of|turned/.test(name),
    )
    .map(({ name, mediaType, bytes }) => ({
      name: `hostile ${name}`,
      sort: 'document' as const,
      format: Object.entries(mediaTypes).find(([, type]) => type === mediaType)?.[0] ?? 'text',
      mediaType,
      bytes: () => Promise.resolve(Buffer.from(bytes())),
    }));
}
