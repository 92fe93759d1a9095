// npm run recovery:memory -- [--photos 10] [--limit MiB] [--only baseline,progressive,without,formats]
// An ingest worker under a hard limit of memory and photos of 100 megapixels that come at once; and what each format really takes
// beside what is estimated for it. Linux, as root, for the limit. Ends with 1 when the worker was killed or a photo is missing.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpus, repositoryRoot, startProcess, temporaryFolder } from '@pressroom/testing';
import sharp, { type Sharp } from 'sharp';
import { createMemoryCgroup } from './memory-cgroup.ts';
import { openRecoveryStand } from './recovery-stand.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '10' },
    limit: { type: 'string', default: '1024' },
    only: { type: 'string', default: 'baseline,progressive,without,formats' },
  },
});
const mebibyte = 1024 ** 2;
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = (await temporaryFolder()).path;
const side = 10_000;

/** Cloudy, so that it compresses as photos do and not as one colour. */
function drawn(width: number, height: number, index = 0): Sharp {
  const noise = { type: 'gaussian', mean: 110 + index, sigma: 40 } as const;
  const small = { width: Math.ceil(width / 8), height: Math.ceil(height / 8) };
  return sharp({ create: { ...small, channels: 3, background: '#77aa55', noise } }).resize(width, height);
}

async function underLimit(
  kind: 'baseline' | 'progressive',
  settings: Readonly<Record<string, string>>,
  what: string,
): Promise<{ readonly lived: boolean; readonly ingested: number }> {
  const count = Number(values.photos);
  const cgroup = await createMemoryCgroup(Number(values.limit) * mebibyte);
  const stand = await openRecoveryStand({
    backend: 'redis',
    pace: 'default',
    under: (app) => (app === 'ingest-worker' ? cgroup.under : []),
    // Ten at once: the worker takes all of them from the queue.
    settings: { PRESSROOM_INGEST_CONCURRENCY: String(count), PRESSROOM_QUEUE_MAX_STALLS: '1', ...settings },
  });
  let resident = 0;
  const sampler = setInterval(() => {
    cgroup.residentBytes().then(
      (bytes) => {
        resident = Math.max(resident, bytes);
      },
      () => {},
    );
  }, 50);
  try {
    const [account] = stand.accounts;
    if (account === undefined) throw new Error('There is no account');
    const photos: { assetId: string }[] = [];
    let bytes = 0;
    for (let index = 0; index < count; index += 1) {
      const path = join(folder, `${kind}-${index}.jpg`);
      const file = await drawn(side, side, index)
        .jpeg(kind === 'progressive' ? { progressive: true, chromaSubsampling: '4:4:4' } : {})
        .toFile(path);
      bytes += file.size;
      photos.push({ assetId: (await account.client.uploadAsset(path)).id });
    }
    const begun = performance.now();
    const { id } = await account.client.submitJob({
      kind: 'picture-book',
      onItemFailure: 'skip',
      input: { photos, style: 'poster', title: 'Large' },
    });
    const job = await account.client.waitForJob(id);
    const tookMs = performance.now() - begun;
    const ingested = job.steps.filter(
      ({ handler, status }) => handler === 'ingest-image' && status === 'succeeded',
    ).length;
    const [worker] = stand.processes('ingest-worker');
    const own = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${worker?.process.pid}/status`, 'utf8'))?.[1];
    const waits = stand.system.log().split('The step waits for memory').length - 1;
    const kills = await cgroup.kills();
    const cells = [
      what,
      `${ingested} of ${count}`,
      `${kills} kills, ${worker?.starts} starts`,
      `${Math.round(Number(own) / 1024)} MiB`,
      `${Math.round(resident / mebibyte)} MiB`,
      `${waits} waits`,
      `${(bytes / count / 1e6).toFixed(0)} MB a file`,
      `${(tookMs / 1_000).toFixed(0)} s`,
    ];
    tell(`| ${cells.join(' | ')} |`);
    return { lived: kills === 0 && worker?.starts === 1, ingested };
  } finally {
    clearInterval(sampler);
    await stand.close();
    await cgroup.remove();
  }
}

const only = values.only.split(',');
tell(
  `| photos of 100 megapixels at once, limit ${values.limit} MiB | ingested | worker | its peak | group's peak | | | |`,
);
tell('|---|---|---|---|---|---|---|---|');
for (const kind of ['baseline', 'progressive'] as const) {
  if (!only.includes(kind)) continue;
  const { lived, ingested } = await underLimit(kind, {}, `${kind} JPEG`);
  if (!lived || ingested !== Number(values.photos)) process.exitCode = 1;
}
if (only.includes('without')) {
  const { lived } = await underLimit(
    'progressive',
    { PRESSROOM_MEMORY_BUDGET_BYTES: '1000000000000' },
    'progressive JPEG, with a budget that admits all',
  );
  // Else the limit was none, and what is above proves nothing.
  if (lived) process.exitCode = 1;
}

/** The highest sum of resident memory over a process and all that it has started, and what it printed. */
async function peakOf(file: string): Promise<{ peakMebibytes: number; estimateMebibytes: number }> {
  const run = await startProcess({
    command: process.execPath,
    args: [
      join(repositoryRoot(), 'apps/ingest-worker/dist/tests/images/ingest-alone.js'),
      file,
      '1',
      '1000000',
    ],
  });
  let children = 0;
  const sampler = setInterval(() => {
    try {
      const ids = readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, 'utf8').trim().split(' ');
      const sum = ids
        .filter((id) => id !== '')
        .map((id) => /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1])
        .reduce((total, kilobytes) => total + Number(kilobytes ?? 0), 0);
      children = Math.max(children, sum / 1024);
    } catch {
      // One of them has just ended.
    }
  }, 20);
  const { code } = await run.exited;
  clearInterval(sampler);
  if (code !== 0) throw new Error(`${file}: ${run.stderr}`);
  const told = JSON.parse(run.stdout) as { peakMebibytes: number; estimateMebibytes: number };
  return { peakMebibytes: told.peakMebibytes + children, estimateMebibytes: told.estimateMebibytes };
}

if (only.includes('formats')) {
  const draw = async (name: string, picture: Sharp): Promise<[string, string]> => {
    const path = join(folder, name.replaceAll(/[^a-z0-9]+/gi, '-'));
    await picture.toFile(path);
    return [name, path];
  };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="3000">${Array.from(
    { length: 3_000 },
    (_, index) =>
      `<circle cx="${(index * 911) % 4000}" cy="${(index * 577) % 3000}" r="${20 + (index % 90)}" fill="hsl(${index % 360},60%,50%)" fill-opacity="0.5"/>`,
  ).join('')}</svg>`;
  await writeFile(join(folder, 'drawing.svg'), svg);
  const real = corpus();
  const heic = real?.files.filter(({ name }) => /\.heic$/i.test(name)) ?? [];
  const [, tiny] = await draw('tiny', drawn(16, 16).jpeg());
  const base = (await peakOf(tiny)).peakMebibytes;
  const files: [string, string][] = [
    await draw('JPEG 100 MP', drawn(10_000, 10_000).jpeg()),
    await draw(
      'JPEG progressive 4:4:4 100 MP',
      drawn(10_000, 10_000).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
    ),
    await draw('PNG 25 MP', drawn(5_000, 5_000).png({ compressionLevel: 1 })),
    await draw('PNG interlaced 25 MP', drawn(5_000, 5_000).png({ compressionLevel: 1, progressive: true })),
    await draw('WebP 25 MP', drawn(5_000, 5_000).webp({ effort: 0 })),
    await draw('TIFF 25 MP', drawn(5_000, 5_000).tiff({ compression: 'lzw' })),
    await draw('GIF 12 MP', drawn(4_000, 3_000).gif({ effort: 1 })),
    await draw('AVIF 12 MP', drawn(4_000, 3_000).avif({ effort: 0 })),
    await draw('AVIF 25 MP', drawn(5_000, 5_000).avif({ effort: 0 })),
    ['SVG of 3,000 shapes', join(folder, 'drawing.svg')],
    ...heic.map(({ name, path }): [string, string] => [name, path]),
  ];
  tell('');
  tell(
    `| picture | size | estimate | peak above ${Math.round(base)} MiB of a tiny picture | of the estimate |`,
  );
  tell('|---|---|---|---|---|');
  for (const [name, path] of files) {
    const { width, height } = await sharp(path, { limitInputPixels: false }).metadata();
    try {
      const { peakMebibytes, estimateMebibytes } = await peakOf(path);
      const above = peakMebibytes - base;
      const share = Math.round((100 * above) / estimateMebibytes);
      tell(
        `| ${name} | ${width} × ${height} | ${Math.round(estimateMebibytes)} MiB | ${Math.round(above)} MiB | ${share} % |`,
      );
    } catch (error) {
      tell(`| ${name} | ${width} × ${height} | | ${String(error).slice(0, 120)} | |`);
    }
  }
}
