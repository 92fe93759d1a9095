import type { LocatedBlock } from '../normalise/locate-blocks.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { boundedPieces, sentencesOf } from './sentences.ts';

export interface ChunkOptions {
  /** Estimated tokens that no chunk exceeds. */
  readonly maxTokens: number;
  /** Whole sentences of up to this many tokens are repeated at the beginning of the next chunk. */
  readonly overlapTokens: number;
  /** BCP 47, for the ends of sentences. */
  readonly language: string;
}

/** A passage of a document: what is embedded, given to a model, and cited. */
export interface DocumentChunk {
  /** From 0. */
  readonly position: number;
  /** Exactly the document's text from `start` to `end`. */
  readonly text: string;
  /** UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** First and last page, from 1, in formats that have pages. */
  readonly page?: number;
  readonly lastPage?: number;
  readonly headings: readonly string[];
  readonly tokens: number;
}

/** From here on a heading of the first two levels begins a new chunk; less is kept together with what follows. */
const sectionShare = 1 / 3;

interface Unit {
  readonly text: string;
  readonly start: number;
  readonly tokens: number;
  readonly block: LocatedBlock;
}

/**
 * Cuts a document into chunks at the ends of sentences. A heading opens the chunk of what it stands above and never closes one; a new
 * section begins a new chunk without overlap. Needs memory for one chunk and one block only.
 */
export async function* chunkDocument(
  blocks: AsyncIterable<LocatedBlock>,
  options: ChunkOptions,
): AsyncGenerator<DocumentChunk> {
  if (options.overlapTokens * 2 > options.maxTokens)
    throw new RangeError('The overlap may be half of a chunk at most');
  let units: Unit[] = [];
  /** Units at the front of `units` that the chunk before had as well. */
  let repeated = 0;
  let position = 0;
  const sizeOf = (some: readonly Unit[]): number => some.reduce((sum, unit) => sum + unit.tokens, 0);
  const close = (overlap: boolean): DocumentChunk | undefined => {
    let length = units.length;
    while (length > repeated && units[length - 1]?.block.kind === 'heading') length--;
    // Nothing but headings: they stand for themselves.
    if (length === repeated) length = units.length;
    const closed = units.slice(0, length);
    const carried = units.slice(length);
    // Blank lines alone, of which code may have any number, say nothing and are in no chunk.
    const fresh = closed.slice(repeated).some(({ text }) => /\S/.test(text));
    const tail = overlap ? overlapOf(closed.slice(repeated), options.overlapTokens - sizeOf(carried)) : [];
    repeated = tail.length;
    units = [...tail, ...carried];
    return fresh ? made(closed, position++) : undefined;
  };
  for await (const block of blocks) {
    const opensSection = block.kind === 'heading' && (block.level ?? 1) <= 2;
    if (opensSection && sizeOf(units.slice(repeated)) >= options.maxTokens * sectionShare) {
      const chunk = close(false);
      if (chunk !== undefined) yield chunk;
    }
    for (const unit of unitsOf(block, options)) {
      if (units.length > repeated && sizeOf(units) + unit.tokens > options.maxTokens) {
        const chunk = close(true);
        if (chunk !== undefined) yield chunk;
      }
      // What is repeated makes way for what is new; headings that were carried along are closed off when even they are too many.
      while (sizeOf(units) + unit.tokens > options.maxTokens && units.length > 0) {
        if (repeated > 0) {
          units.shift();
          repeated--;
        } else {
          const chunk = close(true);
          if (chunk !== undefined) yield chunk;
        }
      }
      units.push(unit);
    }
  }
  while (units.length > repeated) {
    const chunk = close(false);
    if (chunk !== undefined) yield chunk;
  }
}

function* unitsOf(block: LocatedBlock, options: ChunkOptions): Generator<Unit> {
  let start = block.start;
  const sentences =
    block.kind === 'code' ? block.text.split(/(?<=\n)/) : sentencesOf(block.text, options.language);
  for (const sentence of sentences) {
    for (const text of boundedPieces(sentence, options.maxTokens)) {
      // The line feed between two blocks is counted with the block before it.
      yield { text, start, tokens: estimateTokens(`${text}\n`), block };
      start += text.length;
    }
  }
}

/** The longest run of whole sentences at the end that fits, but never all of a chunk. */
function overlapOf(units: readonly Unit[], tokens: number): Unit[] {
  let room = tokens;
  let from = units.length;
  while (from > 1) {
    const unit = units[from - 1];
    if (unit === undefined || unit.tokens > room) break;
    room -= unit.tokens;
    from--;
  }
  return units.slice(from);
}

function made(units: readonly Unit[], position: number): DocumentChunk {
  const first = units[0] as Unit;
  const last = units.at(-1) as Unit;
  let text = '';
  for (const [at, unit] of units.entries()) {
    if (at > 0 && units[at - 1]?.block !== unit.block) text += '\n';
    text += unit.text;
  }
  const kept = text.trimEnd();
  const body = units.find(({ block }) => block.kind !== 'heading') ?? first;
  return {
    position,
    text: kept,
    start: first.start,
    end: first.start + kept.length,
    ...(first.block.page === undefined
      ? {}
      : { page: first.block.page, lastPage: last.block.page ?? first.block.page }),
    headings: body.block.headings,
    tokens: estimateTokens(kept),
  };
}
