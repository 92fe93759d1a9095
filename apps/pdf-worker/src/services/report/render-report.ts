import { printableContent } from '../flow/printable-content.ts';
import { setFlowed } from '../flow/set-flowed.ts';
import type { DocumentProperties } from '../pages/document-metadata.ts';
import { gapsNote, methodNote } from './method-note.ts';
import type { ReportContent, ReportSummary } from './report-content.ts';
import { reportSections } from './report-sections.ts';

/** Sets the report into the file `outputPath`: cover, contents, sections, sources. Runs on a thread of its own. */
export async function renderReport(
  given: ReportContent,
  outputPath: string,
  onPage: (done: number, total: number) => void,
): Promise<ReportSummary> {
  const { content: report, gaps } = printableContent(given.report);
  const { pages, bytes } = await setFlowed({
    content: { ...given, report },
    cover: {
      kind: 'DOCUMENT REPORT',
      title: report.title,
      lead: report.question,
      sources: report.documents,
      note: methodNote(report),
    },
    properties: propertiesOf({ ...given, report }),
    sections: (flowed, owner) => reportSections(flowed, owner, gaps),
    outputPath,
    onPage,
  });
  return { pages, preflight: gaps === 0 ? [] : [gapsNote(gaps)], bytes };
}

function propertiesOf({ report }: ReportContent): DocumentProperties {
  return {
    title: report.title,
    subject: methodNote(report),
    keywords: ['report', 'findings', report.method],
    digitalSource:
      report.method === 'extractive' ? 'algorithmicallyEnhanced' : 'compositeWithTrainedAlgorithmicMedia',
  };
}
