import { basename, resolve } from 'node:path';
import type { Job } from '@pressroom/domain';
import type { DemoSystem } from './demo-system.ts';
import { explainUpload } from './explain-upload.ts';

/** A document of the user's, uploaded or on the web. */
export type Source = { readonly name: string } & ({ readonly assetId: string } | { readonly url: string });

const longestName = 160;

/** As a job's input names it. */
export function asInput(
  source: Source,
): { readonly url: string } | { readonly assetId: string; readonly name: string } {
  return 'url' in source
    ? { url: source.url }
    : { assetId: source.assetId, name: source.name.slice(0, longestName) };
}

/** One after the other, so that what is said about a file stands where the file stands. Addresses are left to the workers. */
export async function uploadSources(
  { client, say, signal }: DemoSystem,
  documents: readonly string[],
  workingFolder: string,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const document of documents) {
    if (/^https?:\/\//i.test(document)) {
      sources.push({ name: document, url: document });
      continue;
    }
    const path = resolve(workingFolder, document);
    const name = basename(path);
    try {
      say(`Uploading ${name} …`);
      sources.push({ name, assetId: (await client.uploadAsset(path, { signal })).id });
    } catch (error) {
      signal.throwIfAborted();
      say(`  ${name} cannot be used: ${explainUpload(error)}`);
    }
  }
  return sources;
}

/** Says what is wrong with each document that did not make it, and returns how many there are. */
export function sayFailures({ say }: DemoSystem, { steps }: Job, sources: readonly Source[]): number {
  const failed = steps.filter((step) => step.status === 'failed' && step.itemIndex !== null);
  for (const { key, itemIndex, error } of failed) {
    const name = sources[itemIndex ?? -1]?.name ?? key;
    say(`  ${name} cannot be used: ${error?.detail ?? 'unknown'}. ${error?.advice ?? ''}`);
  }
  return failed.length;
}
