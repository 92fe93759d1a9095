import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AssetStore,
  type ChildStep,
  type GeneratePictureOutput,
  type IdSource,
  PressroomError,
  type RenderPictureBookInput,
  type StepContext,
  type StepHandler,
} from '@pressroom/domain';
import { checkPrintable } from '../services/pages/check-printable.ts';
import { latestProgress } from '../services/pages/latest-progress.ts';
import { storePdf } from '../services/pages/store-pdf.ts';
import type { BookContent, BookPicture } from '../services/picture-book/book-content.ts';
import type { PictureBookRenderer } from '../services/picture-book/picture-book-renderer.ts';
import { spoolBlob } from '../services/picture-book/spool-blob.ts';

export interface RenderPictureBookServices {
  readonly store: AssetStore;
  readonly ids: IdSource;
  readonly renderer: PictureBookRenderer;
  /** An existing folder; every attempt has a folder of its own in it for as long as it runs. */
  readonly temporaryFolder: string;
}

/** Largest PDF that is stored: 200 pictures of the largest size that a provider's answer may have. */
const maxDocumentBytes = 4 * 1024 ** 3;

const mebibyte = 1024 * 1024;
/**
 * What setting a book takes, from peaks of resident memory: 165 MiB for one full-colour picture, 225 for eight, 260 for sixty.
 * The pictures themselves pass by two at a time; what grows with their number is small.
 */
function memoryOfBook(pictures: number): number {
  return 240 * mebibyte + pictures * 0.5 * mebibyte;
}

interface UsablePicture {
  readonly photo: number;
  readonly output: GeneratePictureOutput;
}

/**
 * Sets the book from the pictures that came out; photos without one are named in `skipped` and in the book.
 *
 * Pictures pass through a temporary folder, not through memory: the thread reads them there one after the other.
 * Errors: `nothing-to-print`, `unsupported-script`, `image-corrupt`, `asset-missing`, `asset-altered`, `render-failed`.
 */
export function createRenderPictureBookHandler(
  services: RenderPictureBookServices,
): StepHandler<'render-picture-book'> {
  return async (context) => {
    const { input, signal, accountId } = context;
    const { usable, skipped } = sortChildren(context.children);
    if (usable.length === 0) {
      throw new PressroomError('nothing-to-print', 'None of the photos of this job became a picture');
    }
    refuseUnprintable(input, usable);
    const folder = await mkdtemp(join(services.temporaryFolder, 'book-'));
    try {
      const pictures = await spoolPictures(services.store, folder, usable, input.captions, signal);
      const content: BookContent = {
        title: input.title,
        author: input.author,
        language: input.language,
        pageSize: input.pageSize,
        landscapePictures: input.landscapePictures ?? 'upright',
        pictures,
        leftOut: skipped,
      };
      const outputPath = join(folder, 'book.pdf');
      const summary = await context.withMemory(memoryOfBook(pictures.length), () =>
        renderReporting(services.renderer, content, outputPath, context),
      );
      const document = await storePdf(services, {
        accountId,
        path: outputPath,
        maxBytes: maxDocumentBytes,
        signal,
      });
      return {
        output: {
          document,
          pages: summary.pages,
          skipped,
          degraded: usable.filter(({ output }) => output.degraded !== undefined).map(({ photo }) => photo),
          preflight: summary.preflight,
        },
        assets: [{ ...document, role: 'document' }],
      };
    } finally {
      // A thread that was just ended may still close its files.
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    }
  };
}

function sortChildren(children: readonly ChildStep[]): { usable: UsablePicture[]; skipped: number[] } {
  const usable: UsablePicture[] = [];
  const skipped: number[] = [];
  for (const child of children.filter(({ handler }) => handler === 'generate-picture')) {
    const photo = child.itemIndex ?? usable.length + skipped.length;
    // The catalog fixes what a succeeded step of this handler has written.
    if (child.status === 'succeeded') usable.push({ photo, output: child.output as GeneratePictureOutput });
    else skipped.push(photo);
  }
  return {
    usable: usable.sort((a, b) => a.photo - b.photo),
    skipped: skipped.sort((a, b) => a - b),
  };
}

/** Before any picture is fetched: a text that cannot be printed is refused at once. */
function refuseUnprintable(input: RenderPictureBookInput, usable: readonly UsablePicture[]): void {
  checkPrintable(input.title, 'title');
  if (input.author !== undefined) checkPrintable(input.author, 'author');
  for (const { photo } of usable)
    checkPrintable(input.captions[photo] ?? '', `caption of photo ${photo + 1}`);
}

async function spoolPictures(
  store: AssetStore,
  folder: string,
  usable: readonly UsablePicture[],
  captions: readonly string[],
  signal: AbortSignal,
): Promise<BookPicture[]> {
  const pictures: BookPicture[] = [];
  for (const { photo, output } of usable) {
    const file = join(folder, `picture-${photo}`);
    await spoolBlob(store, output.picture, file, signal);
    const { provider, model, degraded } = output;
    pictures.push({
      photo,
      caption: captions[photo] ?? '',
      file,
      provider,
      model,
      insteadOf: degraded?.from,
    });
  }
  return pictures;
}

async function renderReporting(
  renderer: PictureBookRenderer,
  content: BookContent,
  outputPath: string,
  { signal, reportProgress }: StepContext<'render-picture-book'>,
) {
  const progress = latestProgress(reportProgress);
  const summary = await renderer.render(content, { outputPath, signal, onPage: progress.report });
  await progress.settled();
  return summary;
}
