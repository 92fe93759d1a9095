/** What the libraries below extraction take for the same files: no process of their own, no limits, no blocks. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Readability } from '@mozilla/readability';
import { Parser } from 'htmlparser2';
import iconv from 'iconv-lite';
import { parseHTML } from 'linkedom';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { type Entry, open, type ZipFile } from 'yauzl';

/** Each gives the characters of text that it found. */
export const librariesAlone = {
  pdf: async (path: string): Promise<number> => {
    const library = new URL('./', import.meta.resolve('pdfjs-dist/package.json'));
    const task = getDocument({
      data: new Uint8Array(await readFile(path)),
      verbosity: 0,
      cMapUrl: fileURLToPath(new URL('cmaps/', library)),
      cMapPacked: true,
      standardFontDataUrl: fileURLToPath(new URL('standard_fonts/', library)),
      useSystemFonts: false,
      useWasm: false,
    });
    const document = await task.promise;
    let characters = 0;
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      for (const item of (await page.getTextContent()).items)
        if ('str' in item) characters += item.str.length;
      page.cleanup();
    }
    await task.destroy();
    return characters;
  },
  docx: async (path: string): Promise<number> => {
    let characters = 0;
    const parser = new Parser(
      {
        ontext: (text) => {
          characters += text.length;
        },
      },
      { xmlMode: true },
    );
    const decoder = new TextDecoder();
    for await (const bytes of await memberOf(path, 'word/document.xml')) {
      parser.write(decoder.decode(bytes as Buffer, { stream: true }));
    }
    parser.end();
    return characters;
  },
  html: async (path: string): Promise<number> => {
    const { document } = parseHTML(await readFile(path, 'utf8'));
    const article = new Readability(
      document as unknown as ConstructorParameters<typeof Readability>[0],
    ).parse();
    return article?.textContent?.length ?? 0;
  },
  text: async (path: string): Promise<number> => {
    const decoder = iconv.getDecoder('utf-8');
    let characters = 0;
    for await (const bytes of createReadStream(path, { highWaterMark: 256 * 1024 }))
      characters += decoder.write(bytes as Buffer).length;
    return characters;
  },
} as const;

async function memberOf(path: string, name: string): Promise<NodeJS.ReadableStream> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    open(path, { lazyEntries: true }, (error, opened) => (error === null ? resolve(opened) : reject(error)));
  });
  return await new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      if (entry.fileName !== name) zip.readEntry();
      else zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
    });
    zip.on('end', () => reject(new Error(`${path} has no ${name}`)));
    zip.readEntry();
  });
}
