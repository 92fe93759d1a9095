import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BookContent, BookPicture, BookSummary } from '@pressroom/pdf-worker';
import { PDFDocument } from 'pdf-lib';
import { renderBook } from '../src/services/picture-book/render-book.ts';
import { type Sample, writeSample } from './sample-pictures.ts';

export interface SetBook {
  readonly path: string;
  readonly bytes: Buffer;
  readonly summary: BookSummary;
  /** Read back by the library's own parser. */
  readonly parsed: PDFDocument;
}

export interface BookWish extends Partial<Omit<BookContent, 'pictures'>> {
  readonly samples: readonly Sample[];
  readonly captions?: readonly string[];
  readonly makers?: readonly {
    readonly provider: string;
    readonly model: string;
    readonly insteadOf?: string;
  }[];
}

/** A folder that is gone after `work`. */
export async function inTemporaryFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'pressroom-pdf-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Draws the pictures of a wish into `folder` and describes the book that is to be made of them. */
export async function prepareBook(folder: string, wish: BookWish): Promise<BookContent> {
  const { samples, captions = [], makers = [], ...rest } = wish;
  const pictures: BookPicture[] = [];
  for (const [photo, sample] of samples.entries()) {
    const file = join(folder, `picture-${photo}`);
    await writeSample(file, sample);
    const maker = makers[photo] ?? { provider: 'offline', model: 'xdog-1' };
    pictures.push({ photo, caption: captions[photo] ?? '', file, ...maker });
  }
  return {
    title: 'A Book',
    language: 'en',
    pageSize: 'A4',
    landscapePictures: 'turned',
    leftOut: [],
    ...rest,
    pictures,
  };
}

/** Sets a book on this thread; the renderer's own tests use threads. */
export async function setBook(folder: string, wish: BookWish, name = 'book.pdf'): Promise<SetBook> {
  const content = await prepareBook(folder, wish);
  const path = join(folder, name);
  const summary = await renderBook(content, path, () => {});
  const bytes = await readFile(path);
  return { path, bytes, summary, parsed: await PDFDocument.load(bytes, { updateMetadata: false }) };
}

export const landscape: Sample = { width: 1400, height: 1050, form: 'line-art', seed: 1 };
export const portrait: Sample = { width: 1050, height: 1400, form: 'line-art', seed: 2 };
