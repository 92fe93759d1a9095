import { Parser } from 'htmlparser2';
import { lexer, type Token, type Tokens } from 'marked';
import type { DocumentBlock, Extracted } from '../document-block.ts';
import type { DocumentLimits } from '../document-limits.ts';
import { documentProblem } from '../document-problem.ts';
import { checkWholeSize } from '../text/check-whole-size.ts';
import { openText, readAllText } from '../text/open-text.ts';

/** Markdown (CommonMark with tables). Errors thrown: `unsupported-type`, `document-too-large`, `document-too-complex`. */
export async function* extractMarkdown(path: string, limits: DocumentLimits): AsyncGenerator<Extracted> {
  await checkWholeSize(path, limits);
  const opened = await openText(path);
  const source = (await readAllText(opened)).replace(/^\uFEFF/, '');
  yield { type: 'facts', facts: { charset: opened.charset } };
  const { text, title } = splitFrontMatter(source);
  if (title !== undefined) yield { type: 'facts', facts: { title } };
  let tokens: Token[];
  try {
    tokens = lexer(text, { gfm: true });
  } catch (error) {
    throw documentProblem('document-too-complex', 'The Markdown is nested too deeply to read', error);
  }
  for (const block of blocksOf(tokens, 0, limits)) yield { type: 'block', block };
}

function* blocksOf(
  tokens: readonly Token[],
  depth: number,
  limits: DocumentLimits,
): Generator<DocumentBlock> {
  if (depth > limits.maxDepth) {
    throw documentProblem('document-too-complex', `The Markdown is nested more than ${limits.maxDepth} deep`);
  }
  for (const token of tokens as readonly Tokens.Generic[]) {
    switch (token.type) {
      case 'heading':
        yield* made('heading', token['tokens'] ?? [], Number(token['depth']));
        break;
      case 'paragraph':
      case 'text':
        yield* made('paragraph', token['tokens'] ?? [token]);
        break;
      case 'code':
        if (token['text'].trim().length > 0) yield { kind: 'code', text: token['text'] };
        break;
      case 'blockquote':
        yield* blocksOf(token['tokens'] ?? [], depth + 1, limits);
        break;
      case 'list':
        for (const item of token['items'] as Tokens.ListItem[]) {
          for (const block of blocksOf(item.tokens, depth + 1, limits)) {
            yield block.kind === 'paragraph' ? { ...block, kind: 'list-item' } : block;
          }
        }
        break;
      case 'table':
        yield* rowsOf(token as Tokens.Table);
        break;
      case 'html': {
        const text = textOfHtml(token['text'] ?? token.raw);
        if (text.length > 0) yield { kind: 'paragraph', text };
        break;
      }
      default:
    }
  }
}

function* rowsOf(table: Tokens.Table): Generator<DocumentBlock> {
  for (const row of [table.header, ...table.rows]) {
    const cells = row.map((cell) => inlineText(cell.tokens).text);
    const text = cells.filter((cell) => cell.length > 0).join(' | ');
    if (text.length > 0) yield { kind: 'table-row', text };
  }
}

function* made(
  kind: 'heading' | 'paragraph',
  tokens: readonly Token[],
  level?: number,
): Generator<DocumentBlock> {
  const { text, links } = inlineText(tokens);
  if (text.length === 0) return;
  yield {
    kind,
    text,
    ...(level === undefined ? {} : { level }),
    ...(links.length === 0 ? {} : { links }),
  };
}

function inlineText(tokens: readonly Token[]): { readonly text: string; readonly links: readonly string[] } {
  const links: string[] = [];
  const collect = (inside: readonly Token[]): string =>
    (inside as readonly Tokens.Generic[])
      .map((token): string => {
        if (token.type === 'html') return textOfHtml(token.raw);
        if (token.type === 'br') return '\n';
        if (token.type === 'link') links.push(String(token['href']));
        if (token.type === 'image') return String(token['text'] ?? '');
        return token.tokens === undefined
          ? decodeEntities(String(token['text'] ?? ''))
          : collect(token.tokens);
      })
      .join('');
  return { text: collect(tokens).trim(), links };
}

/** marked leaves character references as they are, for a browser to read. */
function decodeEntities(text: string): string {
  return text.includes('&') ? textOfHtml(text.replaceAll('<', '&lt;')) : text;
}

/** The text of a piece of HTML without its scripts and styles. */
function textOfHtml(html: string): string {
  let text = '';
  let hidden = 0;
  const parser = new Parser({
    onopentag: (name) => {
      if (name === 'script' || name === 'style') hidden++;
      if (name === 'br') text += '\n';
    },
    onclosetag: (name) => {
      if (name === 'script' || name === 'style') hidden--;
    },
    ontext: (part) => {
      if (hidden === 0) text += part;
    },
  });
  parser.end(html);
  return text;
}

/** The YAML at the very top is about the document; of it only a plain title is taken. */
function splitFrontMatter(source: string): { readonly text: string; readonly title?: string } {
  const found = /^---\r?\n([\s\S]{0,10000}?)\r?\n---\r?\n/.exec(source);
  if (found === null) return { text: source };
  const title = /^title:\s*(?:"([^"\n]{1,300})"|'([^'\n]{1,300})'|([^\n]{1,300}))$/m.exec(found[1] ?? '');
  const named = (title?.[1] ?? title?.[2] ?? title?.[3])?.trim();
  const text = source.slice(found[0].length);
  return named === undefined ? { text } : { text, title: named };
}
