import { citationSchema, entityKinds, figureSchema, type MapAnswer, severities } from '@pressroom/reports';
import { z } from 'zod';
import type { QuotedPassages } from './quoted-passages.ts';

/** What was found in one batch of passages, its citations checked: what a map step leaves for the reduction. */
export const reportPartSchema = z.object({
  summary: z.string(),
  findings: z.array(
    z.object({
      title: z.string(),
      detail: z.string(),
      severity: z.enum(severities),
      confidence: z.number(),
      citations: z.array(citationSchema).min(1),
    }),
  ),
  entities: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(entityKinds),
      // Parts that were stored before mentions were counted have none.
      mentions: z.int().min(1).default(1),
    }),
  ),
  figures: z.array(figureSchema),
  openQuestions: z.array(z.string()),
  dropped: z.object({ findings: z.int(), citations: z.int() }),
});
export type ReportPart = z.output<typeof reportPartSchema>;

/** What is wrong with the citations of an answer, in words for whoever wrote it. */
export function citationProblems(answer: MapAnswer, passages: QuotedPassages): string[] {
  const ofFindings = answer.findings.flatMap(({ title, citations }) =>
    citations.flatMap((quoted) => {
      const why = passages.problem(quoted);
      return why === undefined ? [] : [`Finding “${title}”: ${why}`];
    }),
  );
  const ofFigures = answer.figures.flatMap((figure) => {
    const why = passages.problem(figure);
    return why === undefined ? [] : [`Figure “${figure.value}”: ${why}`];
  });
  return [...ofFindings, ...ofFigures];
}

/** The answer without what its passages do not prove. */
export function provenPart(answer: MapAnswer, passages: QuotedPassages): ReportPart {
  let citations = 0;
  const proven = (quoted: { passage: number; quote: string }): boolean => {
    const isProven = passages.problem(quoted) === undefined;
    if (!isProven) citations += 1;
    return isProven;
  };
  const findings = answer.findings.flatMap(({ citations: given, ...finding }) => {
    const kept = given.filter(proven).map((quoted) => passages.cite(quoted));
    return kept.length === 0 ? [] : [{ ...finding, citations: kept }];
  });
  const figures = answer.figures
    .filter(proven)
    .map(({ value, meaning, ...quoted }) => ({ value, meaning, citation: passages.cite(quoted) }));
  const { summary, openQuestions } = answer;
  const entities = answer.entities
    .map((entity) => ({ ...entity, mentions: passages.mentions(entity.name) }))
    .filter(({ mentions }) => mentions > 0);
  return {
    summary,
    findings,
    entities,
    figures,
    openQuestions,
    dropped: { findings: answer.findings.length - findings.length, citations },
  };
}
