import { join, resolve } from 'node:path';
import { type Job, learningPlan } from '@pressroom/domain';
import { followJob } from '../progress/follow-job.ts';
import { deliverOutput } from './deliver-output.ts';
import type { DemoExitCode, DemoPlanOptions } from './demo-options.ts';
import { type DemoSystem, withDemoSystem } from './demo-system.ts';
import { asInput, type Source, sayFailures, uploadSources } from './document-sources.ts';
import { outProblem } from './out-problem.ts';
import { recipeProblems } from './recipe-problems.ts';

/** The options that are not called as the fields of the input are. */
const optionNames: Readonly<Record<string, string>> = {
  topic: 'The topic',
  weeklyHours: '--hours',
  skillLevel: '--level',
  learningStyle: '--style',
  documents: '--source',
  pageSize: '--page-size',
};

/** A topic to a plan and its workbook through the whole system, as `demo` does with photos. */
export async function runDemoPlan(options: DemoPlanOptions): Promise<DemoExitCode> {
  const { sources: wanted, projectFolder, workingFolder, output } = options;
  const outPath = resolve(workingFolder, options.out ?? join(projectFolder, 'demo', 'learning-plan.pdf'));
  const stand = wanted.map(() => ({ assetId: 'any' }));
  const unwritable = await outProblem(outPath, 'plan.pdf');
  const problems = [
    ...(unwritable === undefined ? [] : [unwritable]),
    ...recipeProblems(
      learningPlan,
      { ...inputOf(options), documents: stand },
      (field) => optionNames[field] ?? `--${field}`,
    ),
  ];
  for (const problem of problems) output.write(`${problem}\n`);
  if (problems.length > 0) return 1;
  return await withDemoSystem(
    options,
    async () => {},
    async (demo) => {
      const sources = await uploadSources(demo, wanted, workingFolder);
      if (sources.length === 0 && wanted.length > 0) {
        demo.say('None of the sources can be used.');
        return 1;
      }
      const job = await makePlan(demo, sources, options);
      const failed = sayFailures(demo, job, sources);
      const beside = ['json', 'md', 'ics'] as const;
      if (!(await deliverOutput(demo, job, { outPath, workingFolder, beside, holds: 'The plan is also' })))
        return 1;
      return sources.length < wanted.length || failed > 0 ? 2 : 0;
    },
  );
}

function inputOf({ topic, level, hours, style, start, deadline, notes, pageSize }: DemoPlanOptions) {
  return {
    topic,
    skillLevel: level,
    weeklyHours: hours,
    learningStyle: style,
    start,
    pageSize,
    ...(deadline === undefined ? {} : { deadline }),
    ...(notes === undefined ? {} : { notes }),
  };
}

async function makePlan(
  { client, signal }: DemoSystem,
  sources: readonly Source[],
  options: DemoPlanOptions,
): Promise<Job> {
  const submitted = await client.submitJob(
    {
      kind: 'learning-plan',
      // A source that cannot be read costs its own place, not the plan.
      onItemFailure: 'skip',
      input: { ...inputOf(options), documents: sources.map(asInput) },
    },
    { signal },
  );
  return await followJob(client, submitted, { output: options.output, signal });
}
