import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type PDFContext, PDFHeader, PDFHexString, type PDFObject } from 'pdf-lib';
import { FileStream } from './file-stream.ts';

const chunkBytes = 256 * 1024;

/**
 * Writes the document to `path`, one object after the other (ISO 32000-1, 7.5), so that it is never in memory as a
 * whole: the library's writer needs a buffer of the size of the file on top of all its objects.
 *
 * The document's id is the hash of what was written: the same objects give the same bytes.
 *
 * @returns the number of bytes.
 */
export async function writePdfFile(context: PDFContext, path: string): Promise<number> {
  const output = new HashedOutput(await open(path, 'w'));
  try {
    await output.write(serialise(PDFHeader.forVersion(1, 7)));
    await output.write('\n');
    const offsets = new Map<number, number>();
    for (const [ref, object] of context.enumerateIndirectObjects()) {
      offsets.set(ref.objectNumber, output.position);
      await output.write(`${ref.objectNumber} 0 obj\n`);
      if (object instanceof FileStream) await copyFileStream(object, output);
      else await output.write(serialise(object));
      await output.write('\nendobj\n');
    }
    const startOfTable = output.position;
    const count = context.largestObjectNumber + 1;
    await output.write(crossReferenceTable(offsets, count));
    const id = PDFHexString.of(output.digest().slice(0, 32).toUpperCase());
    const { Root, Info } = context.trailerInfo;
    const trailer = context.obj({ Size: count, Root: Root ?? null, Info: Info ?? null, ID: [id, id] });
    await output.write(`trailer\n${trailer.toString()}\nstartxref\n${startOfTable}\n%%EOF\n`);
    await output.flush();
    return output.position;
  } finally {
    await output.close();
  }
}

function serialise(object: PDFObject | PDFHeader): Buffer {
  const buffer = Buffer.alloc(object.sizeInBytes());
  object.copyBytesInto(buffer, 0);
  return buffer;
}

async function copyFileStream(stream: FileStream, output: HashedOutput): Promise<void> {
  await output.write(serialise(stream.dict));
  await output.write('\nstream\n');
  const source = await open(stream.path, 'r');
  try {
    for (const { offset, length } of stream.ranges) {
      for (let done = 0; done < length; ) {
        const wanted = Math.min(chunkBytes, length - done);
        const { bytesRead, buffer } = await source.read(Buffer.alloc(wanted), 0, wanted, offset + done);
        if (bytesRead === 0) throw new Error('A picture file ended before the bytes that were counted in it');
        await output.write(buffer.subarray(0, bytesRead));
        done += bytesRead;
      }
    }
  } finally {
    await source.close();
  }
  await output.write('\nendstream');
}

function crossReferenceTable(offsets: ReadonlyMap<number, number>, count: number): string {
  const rows = [`xref\n0 ${count}\n0000000000 65535 f \n`];
  for (let objectNumber = 1; objectNumber < count; objectNumber += 1) {
    const offset = offsets.get(objectNumber);
    rows.push(
      offset === undefined ? '0000000000 65535 f \n' : `${String(offset).padStart(10, '0')} 00000 n \n`,
    );
  }
  return rows.join('');
}

/** Collects small writes, knows its position, and hashes everything that passes. */
class HashedOutput {
  position = 0;
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(data: string | Buffer): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    this.#hash.update(bytes);
    this.position += bytes.length;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= chunkBytes) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    await this.#file.writeFile(bytes);
  }

  /** Hex SHA-256 of what has been written so far; the output can go on. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
