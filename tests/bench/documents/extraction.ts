/** Megabytes of text a second that extraction finds, its process and its limits included, against its libraries alone. */
import { stat } from 'node:fs/promises';
import { defaultDocumentLimits, extractDocument } from '@pressroom/documents';
import { temporaryFolder } from '@pressroom/testing';
import type { Measurement, Scenario } from '../scenario.ts';
import { median, timed } from '../statistics.ts';
import { writeComparedDocuments } from './bench-documents.ts';
import { librariesAlone } from './libraries-alone.ts';

type Format = keyof typeof librariesAlone;

export const extraction: Scenario = {
  name: 'extraction',
  about: 'megabytes of text a second out of PDF, DOCX, HTML and text, against the libraries alone',
  run: async ({ scope, quick, tell }) => {
    const folder = await scope.use('folder', temporaryFolder, (opened) => opened.remove());
    const paths = await writeComparedDocuments(folder.path, quick);
    const measurements: Measurement[] = [];
    for (const format of Object.keys(librariesAlone) as Format[]) {
      const path = paths[format];
      const megabytes = (await charactersOf(path, format)) / 1e6;
      await librariesAlone[format](path);
      const rates: Record<'ours' | 'alone', number[]> = { ours: [], alone: [] };
      for (let round = 0; round < (quick ? 1 : 5); round += 1) {
        const ours = async (): Promise<void> => {
          rates.ours.push((megabytes * 1_000) / (await timed(() => charactersOf(path, format))));
        };
        const alone = async (): Promise<void> => {
          rates.alone.push((megabytes * 1_000) / (await timed(() => librariesAlone[format](path))));
        };
        for (const side of round % 2 === 0 ? [ours, alone] : [alone, ours]) await side();
        tell(
          `${format}: ours ${rates.ours.at(-1)?.toFixed(2)} MB/s, alone ${rates.alone.at(-1)?.toFixed(2)} MB/s`,
        );
      }
      measurements.push({
        name: `extraction of ${format}`,
        unit: 'MB/s',
        ours: median(rates.ours),
        limit: median(rates.alone),
        compared: median(rates.ours.map((rate, round) => rate / (rates.alone[round] ?? Number.NaN))),
        facts: {
          megabytesOfText: megabytes,
          bytes: (await stat(path)).size,
          ours: rates.ours,
          alone: rates.alone,
        },
      });
    }
    return measurements;
  },
};

async function charactersOf(path: string, format: Format): Promise<number> {
  let characters = 0;
  const found = extractDocument(path, format, defaultDocumentLimits, new AbortController().signal);
  for await (const each of found) if (each.type === 'block') characters += each.block.text.length;
  return characters;
}
