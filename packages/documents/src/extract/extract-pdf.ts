import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { DocumentFacts, Extracted } from '../document-block.ts';
import type { DocumentLimits } from '../document-limits.ts';
import { documentProblem } from '../document-problem.ts';
import { checkWholeSize } from '../text/check-whole-size.ts';
import { type OutlineEntry, pdfBlocks } from './pdf-blocks.ts';
import { type PdfLine, type PdfTextItem, pdfLines } from './pdf-lines.ts';

const maxOutlineEntries = 5_000;
const library = new URL('./', import.meta.resolve('pdfjs-dist/package.json'));

/**
 * The text layer of a PDF, page by page. Nothing is drawn, no script is run, and nothing is fetched. Errors thrown:
 * `document-encrypted`, `document-corrupt`, `document-without-text` (a scan), `document-too-large`, `document-too-complex`.
 */
export async function* extractPdf(path: string, limits: DocumentLimits): AsyncGenerator<Extracted> {
  await checkWholeSize(path, limits);
  const task = getDocument({
    data: new Uint8Array(await readFile(path)),
    verbosity: 0,
    cMapUrl: fileURLToPath(new URL('cmaps/', library)),
    cMapPacked: true,
    standardFontDataUrl: fileURLToPath(new URL('standard_fonts/', library)),
    disableFontFace: true,
    useSystemFonts: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    useWasm: false,
    isEvalSupported: false,
    enableXfa: false,
  });
  try {
    const document = await opened(task.promise);
    if (document.numPages > limits.maxPages) {
      throw documentProblem(
        'document-too-complex',
        `The PDF has ${document.numPages} pages; ${limits.maxPages} can be read`,
      );
    }
    yield { type: 'facts', facts: await factsOf(document) };
    yield* blocksOf(document);
  } finally {
    await task.destroy().catch(() => {});
  }
}

async function* blocksOf(document: PDFDocumentProxy): AsyncGenerator<Extracted> {
  const outline = await outlineOf(document);
  let characters = 0;
  let unreadable = 0;
  let failure: unknown;
  for (let number = 1; number <= document.numPages; number++) {
    let lines: PdfLine[];
    try {
      const page = await document.getPage(number);
      const content = await page.getTextContent();
      lines = pdfLines(content.items.filter((item) => 'str' in item) as PdfTextItem[]);
      page.cleanup();
    } catch (error) {
      // One damaged page does not take the others with it; a file of nothing else is damaged.
      failure = error;
      unreadable++;
      continue;
    }
    for (const block of pdfBlocks(lines, number, outline.get(number) ?? [])) {
      characters += block.text.length;
      yield { type: 'block', block };
    }
  }
  if (unreadable === document.numPages) {
    throw documentProblem('document-corrupt', 'The PDF is damaged: none of its pages can be read', failure);
  }
  if (characters === 0) {
    throw documentProblem(
      'document-without-text',
      'The PDF has pictures of text and no text in it, as a scanner makes them',
    );
  }
}

async function opened(loading: Promise<PDFDocumentProxy>): Promise<PDFDocumentProxy> {
  try {
    return await loading;
  } catch (error) {
    const name = (error as Error | undefined)?.name;
    if (name === 'PasswordException') {
      throw documentProblem('document-encrypted', 'The PDF is protected by a password', error);
    }
    throw documentProblem('document-corrupt', 'The PDF is damaged: it cannot be opened', error);
  }
}

async function factsOf(document: PDFDocumentProxy): Promise<DocumentFacts> {
  const { info } = await document.getMetadata().catch(() => ({ info: {} }));
  const text = (key: string): string | undefined => {
    const value: unknown = (info as Record<string, unknown>)[key];
    return typeof value === 'string' && value.trim().length > 0 ? value.trim().slice(0, 300) : undefined;
  };
  const title = text('Title');
  const author = text('Author');
  const language = text('Language');
  return {
    pages: document.numPages,
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(language === undefined ? {} : { language }),
  };
}

interface OutlineNode {
  readonly title: string;
  readonly dest: string | readonly unknown[] | null;
  readonly items: readonly OutlineNode[];
}

/** The bookmarks by the page they lead to. A broken one is left out: headings are found by their size as well. */
async function outlineOf(document: PDFDocumentProxy): Promise<ReadonlyMap<number, OutlineEntry[]>> {
  const byPage = new Map<number, OutlineEntry[]>();
  const roots = (await document.getOutline().catch(() => null)) as readonly OutlineNode[] | null;
  const waiting = (roots ?? []).map((node) => ({ node, level: 1 }));
  for (let seen = 0; waiting.length > 0 && seen < maxOutlineEntries; seen++) {
    const { node, level } = waiting.shift() as { node: OutlineNode; level: number };
    const page = await pageOf(document, node.dest).catch(() => undefined);
    if (page !== undefined) {
      const entries = byPage.get(page) ?? [];
      entries.push({ title: node.title, level: Math.min(level, 6) });
      byPage.set(page, entries);
    }
    for (const item of node.items ?? []) waiting.push({ node: item, level: level + 1 });
  }
  return byPage;
}

async function pageOf(document: PDFDocumentProxy, dest: OutlineNode['dest']): Promise<number | undefined> {
  const target = typeof dest === 'string' ? await document.getDestination(dest) : dest;
  const reference: unknown = target?.[0];
  if (typeof reference === 'number') return reference + 1;
  if (typeof reference !== 'object' || reference === null) return undefined;
  return (await document.getPageIndex(reference as { num: number; gen: number })) + 1;
}
