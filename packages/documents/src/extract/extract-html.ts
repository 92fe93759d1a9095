import { Readability } from '@mozilla/readability';
import { Parser } from 'htmlparser2';
import { parseHTML } from 'linkedom';
import type { DocumentBlock, DocumentFacts, Extracted } from '../document-block.ts';
import type { DocumentLimits } from '../document-limits.ts';
import { documentProblem } from '../document-problem.ts';
import { checkWholeSize } from '../text/check-whole-size.ts';
import { openText, readAllText } from '../text/open-text.ts';
import { htmlBlocks } from './html-blocks.ts';

const maxElements = 300_000;
/** A readable part with less text than this, in characters or as a share of the page's, is no article: all of the page is read. */
const minArticle = { characters: 500, share: 0.5 };

/**
 * The readable part of a page (Readability's article), or its whole body where it is not an article. Scripts are not run and nothing
 * is fetched. Errors thrown: `unsupported-type`, `document-too-large`, `document-too-complex`, `document-without-text`.
 */
export async function* extractHtml(path: string, limits: DocumentLimits): AsyncGenerator<Extracted> {
  await checkWholeSize(path, limits);
  const opened = await openText(path, declaredCharset);
  const html = await readAllText(opened);
  checkComplexity(html, limits);
  const { facts, blocks } = read(html, limits);
  yield { type: 'facts', facts: { ...facts, charset: opened.charset } };
  let found = 0;
  for (const block of blocks) {
    found += block.text.length;
    yield { type: 'block', block };
  }
  if (found === 0) throw documentProblem('document-without-text', 'The page has no text to read');
}

function read(html: string, limits: DocumentLimits): { facts: DocumentFacts; blocks: DocumentBlock[] } {
  const whole = [...htmlBlocks(html, limits)];
  const { document } = parseHTML(html);
  const root = document.documentElement as { getAttribute(name: string): string | null } | null;
  const language = root?.getAttribute('lang') ?? undefined;
  const pageTitle = document.title?.trim() || undefined;
  const article = readable(document);
  const title = article?.title?.trim() || pageTitle;
  const author = article?.byline?.trim() || undefined;
  const facts = {
    ...(title === undefined ? {} : { title: title.slice(0, 300) }),
    ...(author === undefined ? {} : { author: author.slice(0, 300) }),
    ...(language === undefined ? {} : { language }),
  };
  const main = typeof article?.content === 'string' ? [...htmlBlocks(article.content, limits)] : [];
  const isArticle = lengthOf(main) >= Math.max(minArticle.characters, lengthOf(whole) * minArticle.share);
  return { facts, blocks: isArticle ? main : whole };
}

function readable(document: unknown): {
  title?: string | null | undefined;
  byline?: string | null | undefined;
  content?: string | null | undefined;
} | null {
  try {
    return new Readability(document as ConstructorParameters<typeof Readability>[0]).parse();
  } catch {
    return null;
  }
}

function lengthOf(blocks: readonly DocumentBlock[]): number {
  return blocks.reduce((sum, { text }) => sum + text.length, 0);
}

/** The tree builder takes quadratic time over what is nested deeply, so depth and size are counted in a stream first. */
function checkComplexity(html: string, limits: DocumentLimits): void {
  let depth = 0;
  let elements = 0;
  let fault: string | undefined;
  const parser = new Parser({
    onopentagname: () => {
      depth++;
      elements++;
      if (depth > limits.maxDepth) fault = `The page is nested more than ${limits.maxDepth} deep`;
      if (elements > maxElements) fault = `The page has more than ${maxElements} elements`;
      if (fault !== undefined) parser.pause();
    },
    onclosetag: () => {
      depth--;
    },
  });
  for (let at = 0; at < html.length && fault === undefined; at += 65_536)
    parser.write(html.slice(at, at + 65_536));
  if (fault !== undefined) throw documentProblem('document-too-complex', fault);
}

/**
 * What the page says of its encoding, in the bytes before anything is decoded: a label of the Encoding Standard, by its name there.
 * UTF-16 is not believed, as in browsers: the label itself could not have been read.
 */
function declaredCharset(head: string): string | undefined {
  const label = /<meta[^>]{0,500}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})/i.exec(head)?.[1];
  if (label === undefined) return undefined;
  try {
    const { encoding } = new TextDecoder(label);
    return encoding.startsWith('utf-16') ? undefined : encoding;
  } catch {
    return undefined;
  }
}
