import type { SeededRandom } from '@pressroom/testing';
import { extremeIntegers, extremeNumbers, tokensOf } from './tokens.ts';

/** Takes bytes and gives others, with a sentence on what it did. Pure: all chance comes from `random`. */
export type Mutation = (bytes: Buffer, random: SeededRandom, format: string) => readonly [Buffer, string];

/** No mutation makes a file larger than this. */
export const maxMutatedBytes = 8 * 1024 * 1024;

const flipBits: Mutation = (bytes, random) => {
  const flipped = Buffer.from(bytes);
  const count = random.between(1, 16);
  for (let turn = 0; turn < count && flipped.length > 0; turn += 1) {
    const at = random.between(0, flipped.length - 1);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.between(0, 7));
  }
  return [flipped, `flip ${count} bits`];
};

const truncate: Mutation = (bytes, random) => {
  const length = random.between(0, bytes.length);
  return [bytes.subarray(0, length), `cut after ${length} bytes`];
};

const removeBlock: Mutation = (bytes, random) => {
  const [from, to] = block(bytes, random);
  return [Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]), `remove ${from} to ${to}`];
};

const duplicateBlock: Mutation = (bytes, random) => {
  const [from, to] = block(bytes, random);
  const room = Math.max(1, Math.floor((maxMutatedBytes - bytes.length) / Math.max(1, to - from)));
  const times = Math.min(room, random.pick([1, 2, 16, 256, 4_096]));
  const copies = Array.from({ length: times }, () => bytes.subarray(from, to));
  return [
    Buffer.concat([bytes.subarray(0, to), ...copies, bytes.subarray(to)]),
    `repeat ${from} to ${to} ${times} times`,
  ];
};

const swapBlocks: Mutation = (bytes, random) => {
  const [a, b, c, d] = Array.from({ length: 4 }, () => random.between(0, bytes.length)).sort(
    (x, y) => x - y,
  ) as [number, number, number, number];
  const parts = [
    [0, a],
    [c, d],
    [b, c],
    [a, b],
    [d, bytes.length],
  ] as const;
  return [Buffer.concat(parts.map(([from, to]) => bytes.subarray(from, to))), `swap ${a}–${b} and ${c}–${d}`];
};

const extremeInteger: Mutation = (bytes, random) => {
  const value = random.pick(extremeIntegers);
  const at = random.between(0, Math.max(0, bytes.length - value.length));
  const changed = Buffer.from(bytes);
  value.copy(changed, at);
  return [changed, `write ${value.toString('hex')} at ${at}`];
};

/** Replaces a number that is written as text. */
const extremeNumber: Mutation = (bytes, random, format) => {
  const text = bytes.toString('latin1');
  const start = random.between(0, text.length);
  const found = /-?\d+/.exec(text.slice(start, start + 65_536));
  if (found === null) return extremeInteger(bytes, random, format);
  const at = start + found.index;
  const number = random.pick(extremeNumbers);
  const changed = text.slice(0, at) + number + text.slice(at + found[0].length);
  return [Buffer.from(changed, 'latin1'), `make the number ${found[0].slice(0, 20)} at ${at} ${number}`];
};

const spliceToken: Mutation = (bytes, random, format) => {
  const token = random.pick(tokensOf(format));
  const times = random.pick([1, 1, 1, 2, 64, 2_000]);
  const at = random.between(0, bytes.length);
  const over = random.chance(0.5) ? token.length : 0;
  const spliced = Buffer.concat(Array.from({ length: times }, () => token));
  return [
    Buffer.concat([bytes.subarray(0, at), spliced, bytes.subarray(at + over)]),
    `put ${JSON.stringify(token.toString('latin1'))} ${times} times at ${at}`,
  ];
};

export const byteMutations: readonly Mutation[] = [
  flipBits,
  truncate,
  removeBlock,
  duplicateBlock,
  swapBlocks,
  extremeInteger,
  extremeNumber,
  extremeNumber,
  spliceToken,
  spliceToken,
  spliceToken,
];

/** Most are short, some are long. */
function block(bytes: Buffer, random: SeededRandom): [from: number, to: number] {
  const from = random.between(0, bytes.length);
  const longest = Math.min(bytes.length - from, random.pick([8, 64, 1_024, 65_536]));
  return [from, from + random.between(0, longest)];
}
