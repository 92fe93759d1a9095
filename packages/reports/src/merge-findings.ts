import { comparable } from './citations.ts';
import {
  type Citation,
  type Entity,
  type EntityKind,
  type Figure,
  type Severity,
  severities,
} from './report.ts';

/** A finding of one part of the documents, its citations checked. */
export interface PartFinding {
  readonly title: string;
  readonly detail: string;
  readonly severity: Severity;
  readonly confidence: number;
  readonly citations: readonly Citation[];
}

/** Of the smaller finding's words, the share that two findings must have in common to be taken for the same. */
const sameShare = 0.8;
/** Citations that one finding keeps. */
const mostCitations = 8;

/** The same finding from several parts becomes one, with the citations of all; gravest and surest first. */
export function mergeFindings(findings: readonly PartFinding[]): PartFinding[] {
  const merged: { finding: PartFinding; words: ReadonlySet<string>; numbers: string; quotes: Set<string> }[] =
    [];
  for (const finding of findings.toSorted(byImportance)) {
    const words = wordsOf(finding.detail);
    const numbers = numbersOf(finding.detail);
    const quotes = finding.citations.map(({ quote }) => comparable(quote));
    const same = merged.find(
      (other) =>
        quotes.some((quote) => other.quotes.has(quote)) ||
        (numbers === other.numbers && overlap(words, other.words) >= sameShare),
    );
    if (same === undefined) {
      merged.push({ finding, words, numbers, quotes: new Set(quotes) });
      continue;
    }
    const added = finding.citations.filter((_, index) => !same.quotes.has(quotes[index] ?? ''));
    for (const quote of quotes) same.quotes.add(quote);
    same.finding = {
      ...same.finding,
      confidence: Math.max(same.finding.confidence, finding.confidence),
      citations: [...same.finding.citations, ...added].slice(0, mostCitations),
    };
  }
  return merged.map(({ finding }) => finding).sort(byImportance);
}

/** Citations of several findings as those of one, each once. */
export function joinCitations(findings: readonly Pick<PartFinding, 'citations'>[]): Citation[] {
  const seen = new Set<string>();
  return findings
    .flatMap(({ citations }) => citations)
    .filter(({ chunkId, quote }) => {
      const key = `${chunkId} ${comparable(quote)}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .slice(0, mostCitations);
}

export function byImportance(a: PartFinding, b: PartFinding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    b.confidence - a.confidence ||
    documentsOf(b).size - documentsOf(a).size ||
    (a.title < b.title ? -1 : Number(a.title > b.title))
  );
}

export function documentsOf({ citations }: Pick<PartFinding, 'citations'>): ReadonlySet<number> {
  return new Set(citations.map(({ document }) => document));
}

export interface PartEntity {
  readonly name: string;
  readonly kind: EntityKind;
  readonly document: number;
  /** How often it is met in the part. */
  readonly mentions: number;
}

/** How often and where each name was met, the most frequent first. One that nobody can say more of than that it is there once is left out. */
export function mergeEntities(entities: readonly PartEntity[], most: number): Entity[] {
  const known = new Map<
    string,
    { names: string[]; kinds: EntityKind[]; documents: Set<number>; mentions: number }
  >();
  for (const { name, kind, document, mentions } of entities) {
    const key = comparable(name);
    if (key === '') continue;
    const entry = known.get(key) ?? { names: [], kinds: [], documents: new Set<number>(), mentions: 0 };
    entry.names.push(name);
    entry.kinds.push(kind);
    entry.documents.add(document);
    entry.mentions += mentions;
    known.set(key, entry);
  }
  return Array.from(known.values(), ({ names, kinds, documents, mentions }) => ({
    name: mostFrequent(names),
    kind: mostFrequent(
      kinds.some((kind) => kind !== 'other') ? kinds.filter((kind) => kind !== 'other') : kinds,
    ),
    mentions,
    documents: [...documents].sort((a, b) => a - b),
  }))
    .filter(({ kind, mentions }) => kind !== 'other' || mentions > 1)
    .sort(
      (a, b) =>
        b.documents.length - a.documents.length || b.mentions - a.mentions || (a.name < b.name ? -1 : 1),
    )
    .slice(0, most);
}

/** Each figure once: the same value in the same words. */
export function mergeFigures(figures: readonly Figure[]): Figure[] {
  const seen = new Set<string>();
  return figures.filter(({ value, citation }) => {
    const key = `${comparable(value)} ${comparable(citation.quote)}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** Each text once, by its letters. */
export function distinctTexts(texts: readonly string[], most: number): string[] {
  const seen = new Set<string>();
  return texts
    .filter((text) => {
      const key = comparable(text);
      return key !== '' && !seen.has(key) && seen.add(key) !== undefined;
    })
    .slice(0, most);
}

function mostFrequent<Value extends string>(values: readonly Value[]): Value {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return (first as [Value, number])[0];
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{M}\p{N}]{3,}/gu) ?? []);
}

/** A sentence with other numbers in it says something else, however many of its words are the same. */
function numbersOf(text: string): string {
  return (text.match(/\p{N}+/gu) ?? []).toSorted().join(' ');
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  if (small.size < 4) return 0;
  let common = 0;
  for (const word of small) if (large.has(word)) common += 1;
  // A short finding inside a long one is another finding.
  return (common / small.size) * (small.size / large.size >= 0.6 ? 1 : 0);
}
