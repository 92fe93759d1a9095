import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AssetReference,
  type AssetStore,
  type HandlerName,
  type IdSource,
  PressroomError,
  type StepContext,
} from '@pressroom/domain';
import type { z } from 'zod';
import { latestProgress } from '../pages/latest-progress.ts';
import type { PageRenderer } from '../pages/page-renderer.ts';
import { storePdf } from '../pages/store-pdf.ts';

export interface RenderServices<Content, Summary> {
  readonly store: AssetStore;
  readonly ids: IdSource;
  readonly renderer: PageRenderer<Content, Summary>;
  /** An existing folder; every attempt has a folder of its own in it for as long as it runs. */
  readonly temporaryFolder: string;
}

const maxContentBytes = 64_000_000;
const maxDocumentBytes = 512 * 1024 ** 2;
/** Peak of resident memory while a report of a hundred pages is set: mostly the fonts. */
const memoryBytes = 200 * 1024 ** 2;

/** What the pages are made from, as it was stored. Errors: `asset-missing`, `asset-altered`. */
export async function loadContent<Value>(
  store: AssetStore,
  reference: AssetReference,
  schema: z.ZodType<Value>,
  signal: AbortSignal,
): Promise<Value> {
  const bytes = await store.getBytes(reference.storageKey, { maxBytes: maxContentBytes, signal });
  if (createHash('sha256').update(bytes).digest('hex') !== reference.sha256) {
    throw new PressroomError('asset-altered', 'What is stored for the pages is not what was made');
  }
  return schema.parse(JSON.parse(bytes.toString('utf8')));
}

/** Sets a document of running text, with progress, within the process's memory, and stores it. Errors: `render-failed`. */
export async function renderAndStore<Content, Summary>(
  { store, ids, renderer, temporaryFolder }: RenderServices<Content, Summary>,
  context: Pick<StepContext<HandlerName>, 'accountId' | 'signal' | 'reportProgress' | 'withMemory'>,
  content: Content,
): Promise<{ readonly summary: Summary; readonly document: AssetReference }> {
  const { accountId, signal } = context;
  const folder = await mkdtemp(join(temporaryFolder, 'document-'));
  try {
    const outputPath = join(folder, 'document.pdf');
    const progress = latestProgress(context.reportProgress);
    const summary = await context.withMemory(memoryBytes, () =>
      renderer.render(content, { outputPath, signal, onPage: progress.report }),
    );
    await progress.settled();
    const stored = { accountId, path: outputPath, maxBytes: maxDocumentBytes, signal };
    return { summary, document: await storePdf({ store, ids }, stored) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}
