import {
  type AssetStore,
  type ChildStep,
  type DocumentStore,
  type IdSource,
  PressroomError,
  reach,
  type StepHandler,
  type WritePlanOutput,
} from '@pressroom/domain';
import {
  keptResources,
  type LearningPlan,
  planCalendar,
  planMarkdown,
  planSchema,
  type Resource,
  tasksOf,
} from '@pressroom/plans';
import { loadPlan } from '../services/plan/earlier-versions.ts';
import { findResources } from '../services/plan/find-resources.ts';
import { outlineOf } from '../services/plan/outline-of.ts';
import { storeText } from '../services/report/stored-json.ts';

export interface CuratePlanDependencies {
  readonly documents: DocumentStore;
  readonly store: AssetStore;
  readonly ids: IdSource;
}

/** Of the sources that are compared with the tasks: some megabytes of text. */
const most = { passages: 2_000, perSection: 50 };

/**
 * A plan in, the same plan with what to learn each task from out: as JSON, as Markdown and as a calendar. Tasks that did not change since the
 * version before keep what they have, and nothing is looked for again.
 */
export function createCuratePlanHandler(deps: CuratePlanDependencies): StepHandler<'curate-plan'> {
  return async ({ accountId, input, children, signal, log }) => {
    const written = writtenPlan(children);
    const plan = await loadPlan(deps.store, written.plan, signal);
    const base = input.base && (await loadPlan(deps.store, input.base.plan, signal));
    const kept =
      base === undefined
        ? new Map<string, readonly Resource[]>()
        : keptResources(plan, { plan: base, sources: input.base?.sources ?? [] }, written.sources);
    const isAllKept = tasksOf(plan).every(({ id }) => kept.has(id));
    const found = isAllKept ? kept : await find();
    const curated = withResources(plan, new Map([...found, ...kept]));
    const tasks = tasksOf(curated);
    const store = (text: string, mediaType: string) => storeText(deps, accountId, text, mediaType, signal);
    const json = await store(`${JSON.stringify(curated, undefined, 2)}\n`, 'application/json');
    const markdown = await store(planMarkdown(curated, base), 'text/markdown; charset=utf-8');
    const calendar = await store(planCalendar(curated), 'text/calendar; charset=utf-8');
    await reach('generate.stored');
    const resources = tasks.reduce((sum, task) => sum + task.resources.length, 0);
    const keptCount = [...kept.values()].reduce((sum, each) => sum + each.length, 0);
    const tasksWithout = tasks.filter((task) => task.resources.length === 0).length;
    log.info({ tasks: tasks.length, resources, kept: keptCount, tasksWithout }, 'Plan curated');
    return {
      output: {
        plan: json,
        markdown,
        calendar,
        sources: written.sources,
        skipped: written.skipped,
        resources,
        kept: keptCount,
        tasksWithout,
      },
      assets: [
        { ...json, role: 'generated' },
        { ...markdown, role: 'document' },
        { ...calendar, role: 'document' },
      ],
      free: base !== undefined && resources === keptCount,
    };

    /** For every task, so that what is found for one does not depend on what the others kept. */
    async function find(): Promise<ReadonlyMap<string, readonly Resource[]>> {
      const { sources } = written;
      const { chunks } = await outlineOf(deps.documents, { accountId, sources, most, signal });
      const indexOf = new Map(sources.map(({ digest, index }) => [digest, index]));
      const placed = chunks.map((chunk) => ({ document: indexOf.get(chunk.digest) ?? 0, chunk }));
      return findResources(plan, placed, input.resourcesPerTask);
    }
  };
}

function writtenPlan(children: readonly ChildStep[]): WritePlanOutput {
  const child = children.find(({ handler, status }) => handler === 'write-plan' && status === 'succeeded');
  if (child === undefined) throw new PressroomError('internal', 'The curation was started without its plan');
  // The catalog fixes what a succeeded step of this handler has written.
  return child.output as WritePlanOutput;
}

function withResources(
  plan: LearningPlan,
  resources: ReadonlyMap<string, readonly Resource[]>,
): LearningPlan {
  const modules = plan.modules.map((module) => ({
    ...module,
    tasks: module.tasks.map((task) => ({ ...task, resources: [...(resources.get(task.id) ?? [])] })),
  }));
  const hasSources = plan.documents.some(({ leftOut }) => leftOut === undefined);
  const remark = 'What to learn from is for you to choose: there were no sources, and no search is set up.';
  return planSchema.parse({
    ...plan,
    modules,
    remarks: hasSources ? plan.remarks : [...plan.remarks, remark],
  });
}
