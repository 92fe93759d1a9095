import { documentReport } from '@pressroom/domain';
import type { DemoReportOptions } from './demo-options.ts';
import { outProblem } from './out-problem.ts';

type Wishes = Pick<DemoReportOptions, 'documents' | 'question' | 'title' | 'pageSize'>;

const mostDocuments = 50;

/** What can be known to be wrong with a report before anything is started. */
export async function findReportProblems(wishes: Wishes, outPath: string): Promise<readonly string[]> {
  const count = wishes.documents.length;
  const found = [
    count > mostDocuments
      ? `A report takes ${mostDocuments} documents at most, these are ${count}. Make more than one report.`
      : undefined,
    await outProblem(outPath, 'report.pdf'),
  ].filter((problem) => problem !== undefined);
  // The recipe has the last word.
  return found.length > 0 ? found : otherProblems(wishes);
}

function otherProblems({ question, title, pageSize }: Wishes): readonly string[] {
  const input = { documents: [{ assetId: 'any' }], question, title, pageSize };
  const parsed = documentReport.inputSchema.safeParse(input);
  const problems = parsed.success ? (documentReport.check?.(parsed.data, { freePrompts: false }) ?? []) : [];
  return [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `--${path.join('.')}: ${message}`),
    ...problems.map(({ path, message }) => `--${path.join('.')}: ${message}`),
  ];
}
