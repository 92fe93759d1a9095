import { createReadStream } from 'node:fs';
import iconv from 'iconv-lite';

/** Text of a file, decoded piece by piece; bytes that are no character come out as U+FFFD. Memory does not grow with the file. */
export async function* decodedStream(path: string, charset: string): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(charset);
  const source = createReadStream(path, { highWaterMark: 256 * 1024 });
  for await (const bytes of source as AsyncIterable<Buffer>) {
    const text = decoder.write(bytes);
    if (text.length > 0) yield text;
  }
  const rest = decoder.end();
  if (rest !== undefined && rest.length > 0) yield rest;
}
