/** Design, claim 9: within bounded memory. Every figure is that of a process of its own. */
import { platform } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { repositoryRoot, startProcess, temporaryFolder } from '@pressroom/testing';
import sharp from 'sharp';

let photo: string;

/** 100 megapixels whose decoder must hold all of them: 2 bytes for each coefficient of a progressive JPEG, at full colour. */
beforeAll(async () => {
  photo = join((await temporaryFolder()).path, 'hundred-megapixels.jpg');
  await sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: '#77aa55' } })
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toFile(photo);
}, 120_000);

async function ingestAtOnce(times: number, budgetMebibytes: number) {
  const run = await startProcess({
    command: process.execPath,
    args: [
      join(repositoryRoot(), 'apps/ingest-worker/dist/tests/images/ingest-alone.js'),
      photo,
      String(times),
      String(budgetMebibytes),
    ],
  });
  expect(await run.exited).toMatchObject({ code: 0 });
  return JSON.parse(run.stdout) as { ingested: number; waited: number; peakMebibytes: number };
}

(platform() === 'linux' ? describe : describe.skip)('a worker of 1 GiB', () => {
  test('ingests ten photos of 100 megapixels that come at once', async () => {
    const run = await ingestAtOnce(10, 640);
    expect(run).toMatchObject({ ingested: 10, waited: 9 });
    expect(run.peakMebibytes).toBeLessThan(1_024);
  }, 400_000);

  test('would not live through two of them without asking for memory first', async () => {
    const run = await ingestAtOnce(2, 1_000_000);
    expect(run).toMatchObject({ ingested: 2, waited: 0 });
    expect(run.peakMebibytes).toBeGreaterThan(1_024);
  }, 400_000);
});
