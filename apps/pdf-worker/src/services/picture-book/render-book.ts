import { checkPrintable } from '../pages/check-printable.ts';
import { type DocumentProperties, writeDocumentMetadata } from '../pages/document-metadata.ts';
import type { Bookmark } from '../pages/page-document.ts';
import { PageDocument } from '../pages/page-document.ts';
import { writePdfFile } from '../pages/pdf-file-writer.ts';
import type { BookContent, BookPicture, BookSummary } from './book-content.ts';
import type { BookDocument } from './book-document.ts';
import { type ContactEntry, drawContactSheets, thumbnailEdge } from './contact-sheet.ts';
import { type CoverPicture, drawCover } from './cover-page.ts';
import { drawNotes } from './notes-pages.ts';
import { isGenerated, notesText } from './notes-text.ts';
import { embedPicture, openPicture, type PictureFile, shrinkPicture } from './picture-file.ts';
import { captionStyle, drawPicturePage, layoutPicturePage } from './picture-page.ts';
import { maximumColourDpi, maximumLineArtDpi } from './placement.ts';
import { type PlacedPicture, preflightRemarks, printedPreflight } from './preflight.ts';

/** Pictures that are decoded at the same time: one is being set while the next one is being read. */
const lookAhead = 2;

/**
 * Sets the booklet into the file `outputPath`: cover, one page a picture, contact sheets, notes. Derived pictures are
 * written beside the given ones. Runs on a thread of its own; see `PictureBookRenderer`.
 *
 * @throws `unsupported-script`, `image-corrupt`.
 */
export async function renderBook(
  given: BookContent,
  outputPath: string,
  onPage: (done: number, total: number) => void,
): Promise<BookSummary> {
  const content = printableContent(given);
  const book = await PageDocument.create(content);
  const { context } = book.pdf;
  meetCaptions(book);
  const cover = book.addPage(false);
  const coverSection = book.structure.root.add('Sect');
  const coverPictures: CoverPicture[] = [];
  const contacts: ContactEntry[] = [];
  const placed: PlacedPicture[] = [];
  const bookmarks: Bookmark[] = [];

  const prepare = (picture: BookPicture) => preparePicture(book, picture);
  for await (const { picture, original, printed, thumbnail, layout } of inOrder(content.pictures, prepare)) {
    const canvas = book.addPage();
    const pageNumber = book.pageCount;
    const name = picture.caption === '' ? `Picture ${contacts.length + 1}` : picture.caption;
    const image = embedPicture(context, printed);
    drawPicturePage(book, canvas, image, layout, name);
    canvas.finish();
    bookmarks.push({ title: name, page: canvas.page.ref, children: [] });
    coverPictures.push({ image, width: printed.width, height: printed.height, alternative: name });
    placed.push({
      photo: picture.photo,
      pageNumber,
      width: original.width,
      height: original.height,
      dpi: layout.placement.dpi,
    });
    contacts.push({
      thumbnail: embedPicture(context, thumbnail),
      width: thumbnail.width,
      height: thumbnail.height,
      pageNumber,
      caption: picture.caption,
      alternative: name,
    });
    onPage(contacts.length, content.pictures.length);
  }
  drawCover(book, cover, coverSection, coverPictures);
  cover.finish();
  const [first] = bookmarks;
  if (first !== undefined) book.bookmarks.push({ title: 'Pictures', page: first.page, children: bookmarks });
  drawContactSheets(book, contacts);
  drawNotes(book, notesText(content, printedPreflight(placed)));
  writeDocumentMetadata(book, propertiesOf(content));
  await book.embedFonts();
  const bytes = await writePdfFile(context, outputPath);
  return { pages: book.pageCount, preflight: preflightRemarks(placed), bytes };
}

/**
 * The fonts meet the letters of the captions in the order of the pages. Which picture is decoded first differs from time to time, and
 * what the fonts have met first is written first.
 */
function meetCaptions(book: BookDocument): void {
  const { face, size } = captionStyle(book);
  for (const { caption } of book.content.pictures) face.width(caption, size);
}

interface PreparedPicture {
  readonly picture: BookPicture;
  readonly original: PictureFile;
  /** The same, or one with fewer pixels where the original has more than print shows. */
  readonly printed: PictureFile;
  readonly thumbnail: PictureFile;
  readonly layout: ReturnType<typeof layoutPicturePage>;
}

async function preparePicture(book: BookDocument, picture: BookPicture): Promise<PreparedPicture> {
  const name = `photo ${picture.photo + 1}`;
  const { picture: original, thumbnail } = await openPicture(
    picture.file,
    name,
    thumbnailEdge(book.geometry, book.content.pictures.length),
  );
  const layout = layoutPicturePage(book, original, picture.caption);
  const most = original.isGrey ? maximumLineArtDpi : maximumColourDpi;
  // A little over is left alone: resampling costs more sharpness than it saves bytes.
  const isTooFine = layout.placement.dpi > most * 1.1;
  const printed = isTooFine
    ? await shrinkPicture(original, Math.round((layout.placement.width / 72) * most))
    : original;
  return { picture, original, printed, thumbnail, layout };
}

/** Works on `lookAhead` entries at a time and gives the results in the order of the entries. */
async function* inOrder<Entry, Result>(
  entries: readonly Entry[],
  work: (entry: Entry) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  for (const entry of entries) {
    const promise = work(entry);
    // It is awaited later; until then a failure must not count as unhandled.
    promise.catch(() => {});
    running.push(promise);
    if (running.length < lookAhead) continue;
    const next = running.shift();
    if (next !== undefined) yield await next;
  }
  for (const promise of running) yield await promise;
}

function propertiesOf({ title, author, pictures }: BookContent): DocumentProperties {
  const makers = new Set(pictures.map(({ provider, model }) => `${provider} (${model})`));
  return {
    title,
    author,
    subject: `Pictures made from photos by software: ${[...makers].join(', ')}`,
    keywords: ['picture book', 'booklet'],
    digitalSource: isGenerated(pictures) ? 'trainedAlgorithmicMedia' : 'algorithmicallyEnhanced',
  };
}

function printableContent(content: BookContent): BookContent {
  return {
    ...content,
    title: checkPrintable(content.title, 'title'),
    author: content.author === undefined ? undefined : checkPrintable(content.author, 'author'),
    pictures: content.pictures.map((picture) => ({
      ...picture,
      caption: checkPrintable(picture.caption, `caption of photo ${picture.photo + 1}`),
    })),
  };
}
