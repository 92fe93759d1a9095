import type { DocumentBlock } from '../document-block.ts';

/** A line at the edge of at least this many pages, and of at least this share of them, is a running head. */
const minPages = 3;
const minShare = 0.5;

/**
 * Finds the lines that stand on page after page. Show it all blocks first, then ask. Page numbers in them differ, so digits do not
 * count.
 */
export class RunningHeads {
  readonly #pages = new Set<number>();
  readonly #seen = new Map<string, Set<number>>();

  observe(block: DocumentBlock): void {
    if (block.page === undefined) return;
    this.#pages.add(block.page);
    if (block.edge === undefined) return;
    const key = keyOf(block);
    const pages = this.#seen.get(key) ?? new Set<number>();
    pages.add(block.page);
    this.#seen.set(key, pages);
  }

  includes(block: DocumentBlock): boolean {
    if (block.edge === undefined) return false;
    const pages = this.#seen.get(keyOf(block))?.size ?? 0;
    return pages >= minPages && pages >= this.#pages.size * minShare;
  }
}

function keyOf(block: DocumentBlock): string {
  return `${block.edge} ${block.text
    .toLowerCase()
    .replace(/[\d\s]+|\b[ivxlc]+\b/gu, ' ')
    .trim()}`;
}
