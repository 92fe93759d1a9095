import { answerTask, type PageAnswer, type PageTask } from '../pages/page-thread.ts';
import { renderReport } from './render-report.ts';
import type { ReportContent, ReportSummary } from './report-content.ts';

/** What a thread of the pool runs. */
export default function setReport(task: PageTask<ReportContent>): Promise<PageAnswer<ReportSummary>> {
  return answerTask(task, renderReport);
}
