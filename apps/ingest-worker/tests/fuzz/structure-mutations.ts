/** Mutations of what is packed inside: members of an archive, streams of a PDF. Of bytes alone the checksum would be all that breaks. */
import { deflateSync, inflateRawSync, inflateSync } from 'node:zlib';
import { type PackedMember, zipOf } from '@pressroom/testing';
import { byteMutations, type Mutation } from './byte-mutations.ts';

const maxInflatedBytes = 16 * 1024 * 1024;

/** Mutates, drops, renames, doubles or swaps members, or has the directory lie. Bytes that are no archive come back as they are. */
export const mutateMembers: Mutation = (bytes, random, format) => {
  const members = Object.entries(membersOf(bytes));
  if (members.length === 0) return [bytes, 'leave what is no archive'];
  const at = random.between(0, members.length - 1);
  const [name, content] = members[at] as [string, Buffer];
  switch (random.pick(['mutate', 'mutate', 'mutate', 'drop', 'rename', 'swap', 'lie', 'garble'])) {
    case 'drop':
      return [zipOf(Object.fromEntries(members.toSpliced(at, 1))), `drop the member ${name}`];
    case 'rename': {
      const other = random.pick([
        '',
        '/',
        '../x',
        'word/document.xml',
        '_rels/.rels',
        '__proto__',
        `${name}\u0000`,
        name.toUpperCase(),
      ]);
      return [
        zipOf(Object.fromEntries(members.toSpliced(at, 1, [other, content]))),
        `rename ${name} to ${other}`,
      ];
    }
    case 'swap': {
      const [other, its] = random.pick(members);
      return [
        zipOf({ ...Object.fromEntries(members), [name]: its, [other]: content }),
        `swap ${name} and ${other}`,
      ];
    }
    case 'lie':
      return [
        zipOf(Object.fromEntries(members), {
          claimedSize: random.pick([0, 1, 4_294_967_295, content.length + 1]),
        }),
        'have the directory lie about sizes',
      ];
    case 'garble': {
      const garbled: PackedMember = {
        packed: content,
        size: content.length,
        method: random.pick([0, 8, 9, 99]),
        flags: random.pick([0, 1, 8, 0xffff]),
      };
      return [zipOf({ ...Object.fromEntries(members), [name]: garbled }), `say another packing of ${name}`];
    }
    default: {
      const [changed, told] = random.pick(byteMutations)(content, random, format);
      return [zipOf({ ...Object.fromEntries(members), [name]: changed }), `in ${name}: ${told}`];
    }
  }
};

/** Mutates the inflated content of a stream. Bytes without one come back as they are. */
export const mutateStream: Mutation = (bytes, random, format) => {
  const starts = [...bytes.toString('latin1').matchAll(/\bstream\r?\n/g)].map(
    ({ index, 0: word }) => index + word.length,
  );
  if (starts.length === 0) return [bytes, 'leave what has no stream'];
  const start = random.pick(starts);
  const end = bytes.indexOf('endstream', start);
  const packed = bytes.subarray(start, end < 0 ? bytes.length : end);
  let content: Buffer;
  try {
    content = inflateSync(packed, { maxOutputLength: maxInflatedBytes });
  } catch {
    const [changed, told] = random.pick(byteMutations)(packed, random, format);
    return [splice(bytes, start, packed.length, changed), `in the stream at ${start}: ${told}`];
  }
  const [changed, told] = random.pick(byteMutations)(content, random, format);
  return [
    splice(bytes, start, packed.length, deflateSync(changed)),
    `inflated, in the stream at ${start}: ${told}`,
  ];
};

function splice(bytes: Buffer, at: number, length: number, other: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), other, bytes.subarray(at + length)]);
}

/** Of a sound archive, by its local headers; nothing of one that is not. */
function membersOf(bytes: Buffer): Record<string, Buffer> {
  const members: Record<string, Buffer> = {};
  try {
    for (let at = bytes.indexOf('PK\u0001\u0002'); at >= 0; at = bytes.indexOf('PK\u0001\u0002', at + 46)) {
      const nameLength = bytes.readUInt16LE(at + 28);
      const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
      const local = bytes.readUInt32LE(at + 42);
      const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const packed = bytes.subarray(begin, begin + bytes.readUInt32LE(at + 20));
      members[name] =
        bytes.readUInt16LE(at + 10) === 0
          ? packed
          : inflateRawSync(packed, { maxOutputLength: maxInflatedBytes });
    }
  } catch {
    return members;
  }
  return members;
}
