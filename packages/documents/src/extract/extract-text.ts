import type { DocumentBlock, Extracted } from '../document-block.ts';
import { type DocumentLimits, maxBlockCharacters } from '../document-limits.ts';
import { linesOf } from '../text/lines.ts';
import { openText } from '../text/open-text.ts';

/**
 * Plain text: paragraphs are what empty lines part, or single lines where the text has none of a page's width. A form feed
 * begins a page. Streams; errors thrown: `unsupported-type` for bytes that are no text.
 */
export async function* extractText(path: string, _limits: DocumentLimits): AsyncGenerator<Extracted> {
  const { charset, text } = await openText(path);
  yield { type: 'facts', facts: { charset } };
  let paragraph = '';
  let page: number | undefined;
  const block = (content: string): Extracted => {
    const found: DocumentBlock = { kind: 'paragraph', text: content };
    return { type: 'block', block: page === undefined ? found : { ...found, page } };
  };
  for await (const raw of linesOf(text, maxBlockCharacters)) {
    const turns = raw.split('\f');
    for (const [turn, part] of turns.entries()) {
      if (turn > 0) {
        if (paragraph.length > 0) yield block(paragraph);
        paragraph = '';
        page = (page ?? 1) + 1;
      }
      const line = part.trim();
      const ends = line.length === 0 || paragraph.length + line.length > maxBlockCharacters;
      if (ends && paragraph.length > 0) {
        yield block(paragraph);
        paragraph = '';
      }
      if (line.length > 0) paragraph += paragraph.length === 0 ? line : `\n${line}`;
    }
  }
  if (paragraph.length > 0) yield block(paragraph);
}
