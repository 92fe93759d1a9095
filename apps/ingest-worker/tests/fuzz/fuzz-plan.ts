/** A case of a fuzz run as a pure function of seed, number and sources, so that it can be replayed alone. */
import { type SeededRandom, seededRandom } from '@pressroom/testing';
import { byteMutations, type Mutation, maxMutatedBytes } from './byte-mutations.ts';
import type { FuzzSource } from './fuzz-sources.ts';
import { mutateMembers, mutateStream } from './structure-mutations.ts';

export interface FuzzCase {
  readonly seed: number;
  /** From 0. */
  readonly number: number;
  readonly source: FuzzSource;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** One sentence for each mutation, in order. */
  readonly told: readonly string[];
}

const otherMediaTypes = [
  'application/pdf',
  'text/html',
  'text/csv',
  'text/markdown',
  'application/octet-stream',
  'constructor',
];

export async function planCase(
  seed: number,
  number: number,
  sources: readonly FuzzSource[],
): Promise<FuzzCase> {
  // Cases of neighbouring seeds have nothing in common: both numbers are mixed before they are added.
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const format = random.pick([...new Set(sources.map((source) => source.format))]);
  const source = random.pick(sources.filter((candidate) => candidate.format === format));
  let bytes = await source.bytes();
  const told: string[] = [];
  const mutations = random.between(1, 4);
  for (let turn = 0; turn < mutations; turn += 1) {
    if (random.chance(0.08)) {
      const [spliced, what] = await crossOver(bytes, random, sources, format);
      bytes = spliced;
      told.push(what);
      continue;
    }
    const [mutated, what] = random.pick(mutationsOf(format))(bytes, random, format);
    bytes = mutated.subarray(0, maxMutatedBytes);
    told.push(what);
  }
  const mediaType = random.chance(0.1) ? random.pick(otherMediaTypes) : source.mediaType;
  return { seed, number, source, mediaType, bytes, told };
}

function mutationsOf(format: string): readonly Mutation[] {
  if (format === 'docx') return [mutateMembers, mutateMembers, mutateMembers, ...byteMutations.slice(0, 4)];
  if (format === 'pdf') return [...byteMutations, mutateStream, mutateStream, mutateStream, mutateStream];
  return byteMutations;
}

/** The beginning of one file with the end of another one of its format. */
async function crossOver(
  bytes: Buffer,
  random: SeededRandom,
  sources: readonly FuzzSource[],
  format: string,
): Promise<readonly [Buffer, string]> {
  const other = random.pick(sources.filter((candidate) => candidate.format === format));
  const its = await other.bytes();
  const [at, from] = [random.between(0, bytes.length), random.between(0, its.length)];
  return [
    Buffer.concat([bytes.subarray(0, at), its.subarray(from)]).subarray(0, maxMutatedBytes),
    `after ${at} bytes go on with ${other.name} from ${from}`,
  ];
}
