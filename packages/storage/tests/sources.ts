import { Readable } from 'node:stream';

const blockBytes = 4_096;

/**
 * Bytes that differ from place to place, so that a shifted or swapped part is seen: blocks that start with their number.
 * One write a block, since every use of a global costs dearly in Jest's sandbox.
 */
export function patterned(length: number): Buffer {
  const bytes = Buffer.alloc(length, 'Every block begins with the number of its place. ');
  for (let start = 0; start + 4 <= length; start += blockBytes)
    bytes.writeUInt32LE(start / blockBytes, start);
  return bytes;
}

export function inChunks(bytes: Buffer, size = 64 * 1024): Readable {
  function* chunks() {
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
  }
  return Readable.from(chunks());
}

/** Sends some bytes and then nothing: `sent` resolves when the store has taken them. */
export function stuckSource(first: Buffer) {
  let asked = () => {};
  const sent = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let begun = false;
  const source = new Readable({
    highWaterMark: 1,
    read() {
      if (begun) return asked();
      begun = true;
      this.push(first);
    },
  });
  return { source, sent };
}
