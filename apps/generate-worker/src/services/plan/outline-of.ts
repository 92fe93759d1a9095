import type { DocumentStore, StoredChunk } from '@pressroom/domain';
import type { DraftSection } from '@pressroom/plans';
import { spread } from '../report/plan-batches.ts';

/** Headings that tell sections apart: what is deeper is a part of its section. */
const depth = 3;
const page = 200;
const mostSections = 400;
/** Of one section that are kept to choose from: a section may be a whole book. */
const mostKept = 64;
/** Estimated tokens of a section of a document without headings: what is read in one sitting. */
const sittingTokens = 2_500;

interface Section {
  readonly document: number;
  readonly headings: readonly string[];
  readonly tokens: number;
  readonly chunks: readonly StoredChunk[];
}

export interface Outline {
  readonly sections: readonly DraftSection[];
  /** What the passages' numbers mean. */
  readonly chunks: readonly StoredChunk[];
}

export interface OutlineOrder {
  readonly accountId: string;
  readonly sources: readonly { readonly index: number; readonly digest: string }[];
  /** Passages that stand for all documents together, and for one section, at most. */
  readonly most: { readonly passages: number; readonly perSection: number };
  readonly signal: AbortSignal;
}

/**
 * The sections of the documents in their own order, each with some passages that stand for it. Of documents with very many
 * sections, neighbours are taken together.
 */
export async function outlineOf(documents: DocumentStore, order: OutlineOrder): Promise<Outline> {
  let sections: Section[] = [];
  for (const source of order.sources) sections.push(...(await sectionsOf(documents, source, order)));
  while (sections.length > mostSections) sections = joinPairs(sections);
  const each = Math.floor(order.most.passages / Math.max(1, sections.length));
  const perSection = Math.max(1, Math.min(order.most.perSection, each));
  const shown = new Set(spread(sections, order.most.passages));
  const chunks: StoredChunk[] = [];
  const drafted = sections.map((section): DraftSection => {
    const { document, headings, tokens } = section;
    const own = shown.has(section) ? spread(section.chunks, perSection) : [];
    return { document, headings, tokens, passages: own.map((chunk) => chunks.push(chunk) - 1) };
  });
  return { sections: drafted, chunks };
}

async function sectionsOf(
  documents: DocumentStore,
  { index, digest }: OutlineOrder['sources'][number],
  { accountId, signal }: OutlineOrder,
): Promise<Section[]> {
  const sections: Section[] = [];
  for (let from = 0, isFull = true; isFull; from += page) {
    signal.throwIfAborted();
    const chunks = await documents.chunks(accountId, digest, { from, limit: page });
    for (const chunk of chunks) {
      const headings = chunk.headings.slice(0, depth);
      const next: Section = { document: index, headings, tokens: chunk.tokens, chunks: [chunk] };
      const open = sections.at(-1);
      if (open !== undefined && belongs(next, open)) sections[sections.length - 1] = joined(open, next);
      else sections.push(next);
    }
    isFull = chunks.length === page;
  }
  return sections;
}

function belongs({ headings }: Section, open: Section): boolean {
  const isSame =
    headings.length === open.headings.length && headings.every((text, at) => text === open.headings[at]);
  return isSame && (headings.length > 0 || open.tokens < sittingTokens);
}

function joined(a: Section, b: Section): Section {
  const chunks = a.chunks.length < mostKept ? [...a.chunks, ...b.chunks].slice(0, mostKept) : a.chunks;
  return { ...a, tokens: a.tokens + b.tokens, chunks };
}

function joinPairs(sections: readonly Section[]): Section[] {
  const pairs: Section[] = [];
  for (let index = 0; index < sections.length; index += 1) {
    const [a, b] = sections.slice(index, index + 2);
    if (a === undefined) break;
    const isPair = b !== undefined && a.document === b.document;
    pairs.push(isPair ? joined(a, b) : a);
    if (isPair) index += 1;
  }
  return pairs;
}
