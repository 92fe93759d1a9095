import { documentProblem } from '../document-problem.ts';
import { decodedStream } from './decoded-stream.ts';
import { charsetSampleBytes, detectCharset } from './detect-charset.ts';
import { readHead } from './read-head.ts';

export interface OpenedText {
  readonly charset: string;
  readonly text: AsyncIterable<string>;
}

/** Opens a file as text in whatever encoding it has. Errors thrown: `unsupported-type` for bytes that are no text. */
export async function openText(
  path: string,
  declared?: (head: string) => string | undefined,
): Promise<OpenedText> {
  const head = await readHead(path, charsetSampleBytes);
  const charset = detectCharset(head, declared?.(head.toString('latin1')));
  if (charset === undefined)
    throw documentProblem('unsupported-type', 'The file is not text in any known encoding');
  return { charset, text: decodedStream(path, charset) };
}

/** The whole of it. The caller has checked the file's size. */
export async function readAllText(opened: OpenedText): Promise<string> {
  let whole = '';
  for await (const piece of opened.text) whole += piece;
  return whole;
}
