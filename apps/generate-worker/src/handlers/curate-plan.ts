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
import { type LearningPlan, planCalendar, planMarkdown, planSchema, type Resource } from '@pressroom/plans';
import { findResources } from '../services/plan/find-resources.ts';
import { outlineOf } from '../services/plan/outline-of.ts';
import { loadJson, storeText } from '../services/report/stored-json.ts';

export interface CuratePlanDependencies {
  readonly documents: DocumentStore;
  readonly store: AssetStore;
  readonly ids: IdSource;
}

/** Of the sources that are compared with the tasks: some megabytes of text. */
const most = { passages: 2_000, perSection: 50 };

/** A plan in, the same plan with what to learn each task from out: as JSON, as Markdown and as a calendar. */
export function createCuratePlanHandler(deps: CuratePlanDependencies): StepHandler<'curate-plan'> {
  return async ({ accountId, input, children, signal, log }) => {
    const written = writtenPlan(children);
    const plan = planSchema.parse(await loadJson(deps.store, written.plan, signal));
    const { chunks } = await outlineOf(deps.documents, { accountId, sources: written.sources, most, signal });
    const indexOf = new Map(written.sources.map(({ digest, index }) => [digest, index]));
    const placed = chunks.map((chunk) => ({ document: indexOf.get(chunk.digest) ?? 0, chunk }));
    const resources = findResources(plan, placed, input.resourcesPerTask);
    const curated = withResources(plan, resources);
    const tasks = curated.modules.flatMap((module) => module.tasks);
    const store = (text: string, mediaType: string) => storeText(deps, accountId, text, mediaType, signal);
    const json = await store(`${JSON.stringify(curated, undefined, 2)}\n`, 'application/json');
    const markdown = await store(planMarkdown(curated), 'text/markdown; charset=utf-8');
    const calendar = await store(planCalendar(curated), 'text/calendar; charset=utf-8');
    await reach('generate.stored');
    const found = tasks.reduce((sum, task) => sum + task.resources.length, 0);
    const tasksWithout = tasks.filter((task) => task.resources.length === 0).length;
    log.info({ tasks: tasks.length, resources: found, tasksWithout }, 'Plan curated');
    return {
      output: { plan: json, markdown, calendar, skipped: written.skipped, resources: found, tasksWithout },
      assets: [
        { ...json, role: 'generated' },
        { ...markdown, role: 'document' },
        { ...calendar, role: 'document' },
      ],
    };
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
