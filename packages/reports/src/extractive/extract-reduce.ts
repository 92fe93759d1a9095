import { contentTerms, wordsOf } from '@pressroom/domain';
import type { ReduceAnswer, ReduceMaterial } from '../report-tasks.ts';
import { chooseDiverse } from './choose-diverse.ts';
import { weighTerms } from './rank-sentences.ts';

const mostFindings = 30;
const mostSummarySentences = 5;

/** The findings that do not repeat each other, in the order of their importance; the summary is made of the first of them. */
export function extractReduce({
  findings,
  summaries,
  openQuestions,
  language,
}: ReduceMaterial): ReduceAnswer {
  const vectors = weighTerms(findings.map(({ detail }) => contentTerms(wordsOf(detail, language), language)));
  const entries = findings.map((finding, index) => ({
    finding,
    vector: vectors[index] ?? new Map<string, number>(),
    score: finding.confidence,
  }));
  const chosen = chooseDiverse(entries, mostFindings, (entry) => entry);
  const kept = new Set(chosen.map(({ finding }) => finding.number));
  const summary: string[] = [];
  // The best of each document before the second best of any.
  const told = new Set<number>();
  for (const { finding } of chosen) {
    if (summary.length === mostSummarySentences) break;
    if (finding.documents.some((document) => told.has(document)) && told.size < documentsIn(findings))
      continue;
    summary.push(finding.detail);
    for (const document of finding.documents) told.add(document);
  }
  for (const { finding } of chosen) {
    if (summary.length >= Math.min(3, chosen.length)) break;
    if (!summary.includes(finding.detail)) summary.push(finding.detail);
  }
  return {
    summary: (summary.length > 0 ? summary.join(' ') : (summaries[0] ?? '–')).slice(0, 4_000),
    findings: findings
      .filter(({ number }) => kept.has(number))
      .map(({ number, title, detail, severity, confidence }) => ({
        members: [number],
        title,
        detail,
        severity,
        confidence,
      })),
    openQuestions: openQuestions.slice(0, 12),
  };
}

function documentsIn(findings: ReduceMaterial['findings']): number {
  return new Set(findings.flatMap(({ documents }) => documents)).size;
}
