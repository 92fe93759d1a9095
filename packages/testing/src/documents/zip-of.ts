import { crc32, deflateRawSync } from 'node:zlib';

/** A member that is packed already, with whatever its directory entry shall claim. */
export interface PackedMember {
  readonly packed: Uint8Array;
  readonly size: number;
  readonly crc?: number;
  /** 0 stored, 8 deflated; default 8. */
  readonly method?: number;
  /** General purpose bits; the lowest says that it is encrypted. */
  readonly flags?: number;
}

export interface ZipOptions {
  /** Goes into the directory instead of each member's real size. */
  readonly claimedSize?: number;
  /** Names that the directory lists as well, each leading to the bytes of the first member. */
  readonly alsoFirst?: readonly string[];
}

/** A ZIP archive of the given members, in order. */
export function zipOf(
  members: Readonly<Record<string, string | Uint8Array | PackedMember>>,
  options: ZipOptions = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const fields = fieldsOf(content, options.claimedSize);
    const { packed } = packedOf(content);
    const names = directory.length === 0 ? [name, ...(options.alsoFirst ?? [])] : [name];
    for (const listed of names) directory.push(entryOf(listed, fields, offset));
    const local = Buffer.concat([
      Buffer.from('PK\u0003\u0004'),
      withNameLength(fields, name),
      Buffer.from(name),
      packed,
    ]);
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, listed, Buffer.from('PK\u0005\u0006'), end]);
}

/** Raw deflate of `block` repeated: made by repeating its packed bytes, so that a bomb costs its maker nothing. */
export function repeatedDeflate(block: Uint8Array, times: number): PackedMember {
  // A full flush ends on a byte and forgets what came before, so that the same bytes may follow again.
  const once = deflateRawSync(block, { finishFlush: 3 });
  const lastEmptyBlock = Buffer.from([0x03, 0x00]);
  const packed = Buffer.concat([...Array.from({ length: times }, () => once), lastEmptyBlock]);
  return { packed, size: block.length * times };
}

function packedOf(content: string | Uint8Array | PackedMember): PackedMember {
  if (typeof content !== 'string' && 'packed' in content) return content;
  const bytes = Buffer.from(content);
  return { packed: deflateRawSync(bytes), size: bytes.length, crc: crc32(bytes) };
}

/** What a local header and a directory entry have in common, from the version to the length of the extra field. */
function fieldsOf(content: string | Uint8Array | PackedMember, claimedSize: number | undefined): Buffer {
  const { packed, size, crc = 0, method = 8, flags = 0 } = packedOf(content);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(flags, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(claimedSize ?? size, 18);
  return fields;
}

function withNameLength(fields: Buffer, name: string): Buffer {
  const named = Buffer.from(fields);
  named.writeUInt16LE(Buffer.byteLength(name), 22);
  return named;
}

function entryOf(name: string, fields: Buffer, offset: number): Buffer {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([
    Buffer.from('PK\u0001\u0002\u0014\u0000'),
    withNameLength(fields, name),
    rest,
    Buffer.from(name),
  ]);
}
