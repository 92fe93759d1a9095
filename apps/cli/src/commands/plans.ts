import type { Job, PlanDiffQuery, PlanOverrides, PlanSummary } from '@pressroom/domain';
import { describeDiff } from '@pressroom/plans';
import { type ServerOptions, withAccount } from '../operator/server.ts';
import { followJob } from '../progress/follow-job.ts';
import { alignColumns } from '../text/align-columns.ts';
import { type Paint, paintFor } from '../text/palette.ts';

export interface PlanCommandOptions extends ServerOptions {
  readonly json?: boolean | undefined;
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** Prints the newest plans, `most` of them. */
export async function runPlanList(options: PlanCommandOptions, most: number): Promise<void> {
  const { signal } = options;
  const found: PlanSummary[] = [];
  await withAccount(options, async (client) => {
    for await (const plan of client.listPlans({ signal })) {
      found.push(plan);
      if (found.length >= most) break;
    }
  });
  print(options, found, (paint) => {
    if (found.length === 0) return 'There are no plans.\n';
    const head = ['id', 'version', 'made', 'topic'].map((name) => paint('gray', name));
    const rows = found.map(({ id, latestVersion, updatedAt, topic }) => [
      id,
      String(latestVersion),
      updatedAt.slice(0, 19),
      topic,
    ]);
    return `${alignColumns([head, ...rows]).join('\n')}\n`;
  });
}

/** Prints what is different between two versions of a plan. */
export async function runPlanDiff(
  options: PlanCommandOptions,
  planId: string,
  query: PlanDiffQuery,
): Promise<void> {
  const { signal } = options;
  const diff = await withAccount(options, (client) => client.diffPlan(planId, query, { signal }));
  print(options, diff, (paint) =>
    [
      paint('bold', `${planId}: version ${diff.to} against version ${diff.from}`),
      ...describeDiff(diff).flatMap(({ title, lines }) => [
        '',
        paint('cyan', title),
        ...lines.map((line) => `  ${line}`),
      ]),
      '',
    ].join('\n'),
  );
}

export interface RegenerateOptions extends PlanCommandOptions {
  readonly planId: string;
  readonly base?: number | undefined;
  readonly overrides: PlanOverrides;
  /** Where the new workbook goes; nowhere when absent. */
  readonly out?: string | undefined;
}

/** Makes a new version, waits for it and prints what is different; false when there is none. */
export async function runPlanRegenerate(options: RegenerateOptions): Promise<boolean> {
  const { planId, base: baseVersion, overrides, out, output, signal, json } = options;
  const job = await withAccount(options, async (client) => {
    const submitted = await client.regeneratePlan(planId, { baseVersion, overrides }, { signal });
    const settled = json
      ? await client.waitForJob(submitted.id, { signal })
      : await followJob(client, submitted, { output, signal });
    if (settled.status === 'succeeded' && out !== undefined)
      await client.downloadOutput(settled.id, out, { signal });
    return settled;
  });
  print(options, job, () => said(job));
  if (job.plan === null) return false;
  if (!json) await runPlanDiff(options, planId, { to: job.plan.version });
  return true;
}

function said({ plan, status, error, cost }: Job): string {
  if (plan === null)
    return `There is no new version: ${error?.detail ?? `the job was ${status}`}. ${error?.advice ?? ''}\n`;
  const { made, saved } = cost.calls;
  return `Version ${plan.version}: ${cost.captured} of ${cost.held} credits, ${made} calls made, ${saved} saved.\n`;
}

function print(
  { json, output, environment }: PlanCommandOptions,
  value: unknown,
  render: (paint: Paint) => string,
): void {
  output.write(json ? `${JSON.stringify(value, null, 2)}\n` : render(paintFor(output, environment)));
}
