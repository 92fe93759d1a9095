import { documentReport } from '@pressroom/domain';
import type { DemoReportOptions } from './demo-options.ts';
import { outProblem } from './out-problem.ts';
import { recipeProblems } from './recipe-problems.ts';

type Wishes = Pick<DemoReportOptions, 'documents' | 'question' | 'title' | 'pageSize'>;

const mostDocuments = 50;

/** What can be known to be wrong with a report before anything is started. */
export async function findReportProblems(
  { documents, question, title, pageSize }: Wishes,
  outPath: string,
): Promise<readonly string[]> {
  const count = documents.length;
  const found = [
    count > mostDocuments
      ? `A report takes ${mostDocuments} documents at most, these are ${count}. Make more than one report.`
      : undefined,
    await outProblem(outPath, 'report.pdf'),
  ].filter((problem) => problem !== undefined);
  if (found.length > 0) return found;
  return recipeProblems(documentReport, { documents: [{ assetId: 'any' }], question, title, pageSize });
}
