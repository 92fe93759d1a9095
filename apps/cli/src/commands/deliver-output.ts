import { basename, relative } from 'node:path';
import type { Job, OutputFormat } from '@pressroom/domain';
import type { DemoSystem } from './demo-system.ts';

export interface Delivery {
  readonly outPath: string;
  readonly workingFolder: string;
  /** Formats that are put beside the document, and what they hold. */
  readonly beside: readonly Exclude<OutputFormat, 'pdf'>[];
  readonly holds: string;
}

/** Saves a job's document and what comes with it, and says what was made; false when there is none. */
export async function deliverOutput(
  { client, signal, say }: DemoSystem,
  { id, status, error, output, cost }: Job,
  { outPath, workingFolder, beside, holds }: Delivery,
): Promise<boolean> {
  if (status !== 'succeeded' || output === null) {
    say(`There is no document: ${error?.detail ?? `the job was ${status}`}. ${error?.advice ?? ''}`.trim());
    return false;
  }
  const pathOf = (format: string): string => `${outPath.replace(/\.pdf$/i, '')}.${format}`;
  await client.downloadOutput(id, outPath, { signal });
  for (const format of beside) await client.downloadOutput(id, pathOf(format), { signal, format });
  say('');
  for (const remark of output.preflight) say(`Note: ${remark}`);
  const pages = `${output.pages} ${output.pages === 1 ? 'page' : 'pages'}`;
  const shown = relative(workingFolder, outPath) || outPath;
  say(`${shown}: ${pages}, ${Math.round(output.bytes / 1_000)} kB; ${cost.captured} of ${cost.held} credits`);
  const names = beside.map((format) => basename(pathOf(format)));
  say(`${holds} in ${names.slice(0, -1).join(', ')} and ${names.at(-1)} beside it.`);
  return true;
}
