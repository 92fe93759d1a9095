import { contentTerms, wordsOf } from '@pressroom/domain';
import { type Severity, severities } from '../report.ts';
import type { ReduceAnswer, ReduceMaterial } from '../report-tasks.ts';
import { chooseDiverse } from './choose-diverse.ts';
import { distinctTitles } from './distinct-titles.ts';
import { type TermVector, weighTerms } from './rank-sentences.ts';

const mostFindings = 24;
/** A report with fewer has no floor. */
const fewest = 3;
const mostSummarySentences = 5;
/** Of the highest confidence, below which a finding is left out: what is grave may be less central. */
const floors: Readonly<Record<Severity, number>> = {
  critical: 0,
  high: 0.15,
  medium: 0.25,
  low: 0.35,
  info: 0.5,
};
/** What each level of gravity adds when findings are chosen. */
const gravity = 0.1;

type Finding = ReduceMaterial['findings'][number];
interface Weighed {
  readonly finding: Finding;
  readonly vector: TermVector;
  readonly score: number;
}

/** The findings that matter and do not repeat each other, in the order of their importance; the summary is made of the first of them. */
export function extractReduce({
  findings,
  summaries,
  openQuestions,
  language,
}: ReduceMaterial): ReduceAnswer {
  const words = findings.map(({ detail }) => wordsOf(detail, language));
  const vectors = weighTerms(words.map((each) => contentTerms(each, language)));
  const entries = findings.map((finding, index): Weighed => {
    const level = severities.length - 1 - severities.indexOf(finding.severity);
    return {
      finding,
      vector: vectors[index] ?? new Map<string, number>(),
      score: finding.confidence + gravity * level,
    };
  });
  const chosen = chooseDiverse(aboveFloor(entries), mostFindings, (entry) => entry).map(
    ({ finding }) => finding,
  );
  const kept = new Set(chosen.map(({ number }) => number));
  const listed = entries.filter(({ finding }) => kept.has(finding.number));
  const titles = distinctTitles(
    listed.map(({ finding, vector }) => ({
      title: finding.title,
      text: finding.detail,
      words: wordsOf(finding.detail, language),
      vector,
    })),
    language,
  );
  const summary = summaryOf(chosen, findings);
  return {
    summary: (summary === '' ? (summaries[0] ?? '–') : summary).slice(0, 4_000),
    findings: listed.map(({ finding: { number, title, detail, severity, confidence } }, index) => ({
      members: [number],
      title: (titles[index] ?? title).slice(0, 200),
      detail,
      severity,
      confidence,
    })),
    openQuestions: openQuestions.slice(0, 12),
  };
}

/** Without what is far less central than the best; the best of each document stays, and so does a handful of a short list. */
function aboveFloor(entries: readonly Weighed[]): Weighed[] {
  const best = Math.max(0, ...entries.map(({ finding }) => finding.confidence));
  const told = new Set<number>();
  const isWanted = ({ confidence, severity, documents }: Finding, rank: number): boolean => {
    const isFirst = documents.some((document) => !told.has(document));
    for (const document of documents) told.add(document);
    return isFirst || rank < fewest || confidence >= best * floors[severity];
  };
  const wanted = new Set(
    entries
      .toSorted((a, b) => b.score - a.score || a.finding.number - b.finding.number)
      .filter(({ finding }, rank) => isWanted(finding, rank)),
  );
  return entries.filter((entry) => wanted.has(entry));
}

/** The best of each document before the second best of any; a paragraph for each document, in their order. */
function summaryOf(chosen: readonly Finding[], all: readonly Finding[]): string {
  const documents = new Set(all.flatMap((finding) => finding.documents));
  const told = new Set<number>();
  const taken: Finding[] = [];
  for (const finding of chosen) {
    if (taken.length === mostSummarySentences) break;
    if (finding.documents.some((document) => told.has(document)) && told.size < documents.size) continue;
    taken.push(finding);
    for (const document of finding.documents) told.add(document);
  }
  for (const finding of chosen) {
    if (taken.length >= Math.min(3, chosen.length)) break;
    if (!taken.includes(finding)) taken.push(finding);
  }
  const paragraphs = new Map<number, string[]>();
  for (const { documents: of, detail } of taken.toSorted(
    (a, b) => (a.documents[0] ?? 0) - (b.documents[0] ?? 0),
  )) {
    const paragraph = paragraphs.get(of[0] ?? 0) ?? [];
    paragraph.push(detail);
    paragraphs.set(of[0] ?? 0, paragraph);
  }
  return Array.from(paragraphs.values(), (sentences) => sentences.join(' ')).join('\n');
}
