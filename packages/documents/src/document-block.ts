/** What a block of text is on its page. */
export const blockKinds = ['heading', 'paragraph', 'list-item', 'table-row', 'code', 'note'] as const;
export type BlockKind = (typeof blockKinds)[number];

/** One piece of a document's text in reading order: what extraction finds, before anything is cleaned. */
export interface DocumentBlock {
  readonly kind: BlockKind;
  readonly text: string;
  /** Of a heading: 1 (highest) to 6. */
  readonly level?: number;
  /** From 1; only in formats that have pages. */
  readonly page?: number;
  /** The first or last line of a page: it may be a running head, which only a look at all pages can tell. */
  readonly edge?: 'top' | 'bottom';
  /** Addresses that the text links to, in order. */
  readonly links?: readonly string[];
}

/** What a document says of itself. */
export interface DocumentFacts {
  readonly title?: string;
  readonly author?: string;
  /** BCP 47, as the document declares it. */
  readonly language?: string;
  readonly pages?: number;
  /** IANA name of the character encoding that a text format was read with. */
  readonly charset?: string;
}

export type Extracted =
  | { readonly type: 'facts'; readonly facts: DocumentFacts }
  | { readonly type: 'block'; readonly block: DocumentBlock };
