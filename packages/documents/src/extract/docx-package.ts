import type { Readable } from 'node:stream';
import { isPressroomError } from '@pressroom/domain';
import { Parser } from 'htmlparser2';
import { type Entry, open, type ZipFile } from 'yauzl';
import type { DocumentLimits } from '../document-limits.ts';
import { documentProblem } from '../document-problem.ts';

const maxEntries = 10_000;

export interface XmlHandler {
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
}

/**
 * The parts of a DOCX file, read as streams. What a part unpacks to is counted as it comes, over all parts, since the sizes in the
 * directory may lie. Element names come without their namespace prefix, so the two dialects of the standard read alike.
 */
export class DocxPackage {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #limits: DocumentLimits;
  #unpacked = 0;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>, limits: DocumentLimits) {
    this.#zip = zip;
    this.#entries = entries;
    this.#limits = limits;
  }

  /** Errors thrown: `document-corrupt`, `document-encrypted`, `document-too-complex`. */
  static async open(path: string, limits: DocumentLimits): Promise<DocxPackage> {
    const zip = await openZip(path);
    try {
      return new DocxPackage(zip, await entriesOf(zip), limits);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  close(): void {
    this.#zip.close();
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** Errors thrown: `document-corrupt`, `document-too-complex`. What a handler throws comes through. */
  async *parse<T>(name: string, handler: XmlHandler, drain: () => Iterable<T>): AsyncGenerator<T> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return;
    let depth = 0;
    let failure: unknown;
    const guarded =
      <A extends unknown[]>(work: (...args: A) => void) =>
      (...args: A): void => {
        if (failure !== undefined) return;
        try {
          work(...args);
        } catch (error) {
          failure = error;
        }
      };
    const parser = new Parser(
      {
        onopentag: guarded((tag: string, attributes: Record<string, string>) => {
          if (++depth > this.#limits.maxDepth) {
            throw documentProblem(
              'document-too-complex',
              `The document is nested more than ${this.#limits.maxDepth} deep`,
            );
          }
          handler.open?.(localName(tag), attributes);
        }),
        onclosetag: guarded((tag: string) => {
          depth--;
          handler.close?.(localName(tag));
        }),
        ontext: guarded((text: string) => handler.text?.(text)),
        onprocessinginstruction: guarded((tag: string) => {
          // Entities are how XML explodes and how it reads other files. No word processor writes a document type.
          if (tag.toLowerCase() === '!doctype') {
            throw documentProblem(
              'document-corrupt',
              'The document declares XML entities, which no DOCX file may',
            );
          }
        }),
      },
      { xmlMode: true, decodeEntities: true },
    );
    const stream = await openEntry(this.#zip, entry);
    try {
      const decoder = new TextDecoder('utf-8');
      for await (const bytes of stream as AsyncIterable<Buffer>) {
        this.#unpacked += bytes.length;
        if (this.#unpacked > this.#limits.maxUnpackedBytes) {
          throw documentProblem(
            'document-too-complex',
            `The document unpacks to more than ${this.#limits.maxUnpackedBytes} bytes`,
          );
        }
        parser.write(decoder.decode(bytes, { stream: true }));
        if (failure !== undefined) throw failure;
        yield* drain();
      }
      parser.end();
      if (failure !== undefined) throw failure;
      yield* drain();
    } catch (error) {
      if (isPressroomError(error)) throw error;
      throw documentProblem('document-corrupt', 'The DOCX file is damaged', error);
    } finally {
      stream.destroy();
    }
  }
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(
      path,
      { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: false },
      (error, zip) => {
        if (error || zip === undefined) {
          reject(documentProblem('document-corrupt', 'The file is not a readable DOCX archive', error));
        } else resolve(zip);
      },
    );
  });
}

function entriesOf(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>();
    zip.on('error', (error) =>
      reject(documentProblem('document-corrupt', 'The DOCX archive is damaged', error)),
    );
    zip.on('entry', (entry: Entry) => {
      if (entries.size >= maxEntries) {
        reject(documentProblem('document-too-complex', `The archive holds more than ${maxEntries} files`));
        return;
      }
      if (entry.isEncrypted()) {
        reject(documentProblem('document-encrypted', 'The document is protected by a password'));
        return;
      }
      entries.set(entry.fileName.replace(/^\//, '').toLowerCase(), entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.readEntry();
  });
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error || stream === undefined)
        reject(documentProblem('document-corrupt', 'The DOCX archive is damaged', error));
      else resolve(stream);
    });
  });
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}
