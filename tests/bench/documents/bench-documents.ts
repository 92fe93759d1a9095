/** Documents of given sizes, the same each time. */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sampleDocuments, sampleParagraph, samplePdf, seededRandom } from '@pressroom/testing';

const megabyte = 1_000_000;

/** About so many bytes of paragraphs, with a number in each megabyte that no other one has. */
export async function* textOfBytes(bytes: number): AsyncGenerator<Buffer> {
  const random = seededRandom(1);
  let part = '';
  while (part.length < megabyte) part += `${sampleParagraph(random)}\n\n`;
  for (let written = 0; written < bytes; written += part.length) {
    const whole = Buffer.from(`Part ${Math.round(written / megabyte)} begins here.\n\n${part}`);
    yield whole.subarray(0, bytes - written);
  }
}

export async function writeTextFile(path: string, bytes: number): Promise<void> {
  await pipeline(Readable.from(textOfBytes(bytes)), createWriteStream(path));
}

export async function writePdfFile(path: string, pages: number): Promise<void> {
  await writeFile(path, samplePdf(seededRandom(2), pages));
}

/** A file of each of the formats that are compared, in the folder. */
export async function writeComparedDocuments(
  folder: string,
  quick: boolean,
): Promise<Readonly<Record<'pdf' | 'docx' | 'html' | 'text', string>>> {
  const paths = {
    pdf: join(folder, 'compared.pdf'),
    docx: join(folder, 'compared.docx'),
    html: join(folder, 'compared.html'),
    text: join(folder, 'compared.txt'),
  };
  await writePdfFile(paths.pdf, quick ? 5 : 200);
  await writeFile(paths.docx, sampleDocuments.docx(seededRandom(3), quick ? 200 : 20_000));
  await writeFile(paths.html, sampleDocuments.html(seededRandom(4), quick ? 200 : 8_000));
  await writeTextFile(paths.text, (quick ? 1 : 50) * megabyte);
  return paths;
}
