import { join, resolve } from 'node:path';
import type { Job } from '@pressroom/domain';
import { followJob } from '../progress/follow-job.ts';
import { deliverOutput } from './deliver-output.ts';
import type { DemoExitCode, DemoReportOptions } from './demo-options.ts';
import { type DemoSystem, withDemoSystem } from './demo-system.ts';
import { asInput, type Source, sayFailures, uploadSources } from './document-sources.ts';
import { findReportProblems } from './find-report-problems.ts';

/** Documents to a report through the whole system, as `demo` does with photos: its own processes, its own database, the HTTP API. */
export async function runDemoReport(options: DemoReportOptions): Promise<DemoExitCode> {
  const { documents, projectFolder, workingFolder, output } = options;
  const outPath = resolve(workingFolder, options.out ?? join(projectFolder, 'demo', 'report.pdf'));
  const problems = await findReportProblems(options, outPath);
  for (const problem of problems) output.write(`${problem}\n`);
  if (problems.length > 0) return 1;
  return await withDemoSystem(
    options,
    async () => {},
    async (demo) => {
      const sources = await uploadSources(demo, documents, workingFolder);
      if (sources.length === 0) {
        demo.say('None of the documents can be used.');
        return 1;
      }
      const job = await makeReport(demo, sources, options);
      const failed = sayFailures(demo, job, sources);
      const delivery = {
        outPath,
        workingFolder,
        beside: ['json', 'csv'],
        holds: 'Its findings are',
      } as const;
      if (!(await deliverOutput(demo, job, delivery))) return 1;
      return sources.length < documents.length || failed > 0 ? 2 : 0;
    },
  );
}

async function makeReport(
  { client, signal }: DemoSystem,
  sources: readonly Source[],
  { question, title, pageSize, output }: DemoReportOptions,
): Promise<Job> {
  const submitted = await client.submitJob(
    {
      kind: 'document-report',
      // A document that cannot be read costs its own place, not the report.
      onItemFailure: 'skip',
      input: {
        documents: sources.map(asInput),
        pageSize,
        ...(question === undefined ? {} : { question }),
        ...(title === undefined ? {} : { title }),
      },
    },
    { signal },
  );
  return await followJob(client, submitted, { output, signal });
}
