import {
  type AssetStore,
  type ChildStep,
  type DocumentStore,
  type IdSource,
  type ObjectService,
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
import { type CuratedFromWeb, curateFromWeb, type WebCuration } from '../services/plan/curate-from-web.ts';
import { loadPlan } from '../services/plan/earlier-versions.ts';
import { explainResources } from '../services/plan/explain-resources.ts';
import { findResources } from '../services/plan/find-resources.ts';
import { outlineOf } from '../services/plan/outline-of.ts';
import { storeText } from '../services/report/stored-json.ts';

export interface CuratePlanDependencies {
  readonly documents: DocumentStore;
  readonly store: AssetStore;
  readonly ids: IdSource;
  /** Absent: nothing is looked for outside of the account's own sources. */
  readonly web?: WebCuration | undefined;
  /** Who says what finds on the web are good for; absent: they keep what their searches say. */
  readonly objects?: ObjectService | undefined;
  readonly onLinks?: (links: CuratedFromWeb['links']) => void;
}

/** Of the sources that are compared with the tasks: some megabytes of text. */
const most = { passages: 2_000, perSection: 50 };

/**
 * A plan in, the same plan with what to learn each task from out: as JSON, as Markdown and as a calendar. Tasks that did not change since the
 * version before keep what they have, and nothing is looked for again.
 */
export function createCuratePlanHandler(deps: CuratePlanDependencies): StepHandler<'curate-plan'> {
  return async ({ accountId, jobId, stepId, input, children, signal, log }) => {
    const written = writtenPlan(children);
    const plan = await loadPlan(deps.store, written.plan, signal);
    const base = input.base && (await loadPlan(deps.store, input.base.plan, signal));
    const kept =
      base === undefined
        ? new Map<string, readonly Resource[]>()
        : keptResources(plan, { plan: base, sources: input.base?.sources ?? [] }, written.sources);
    const isAllKept = tasksOf(plan).every(({ id }) => kept.has(id));
    const found = isAllKept ? kept : await find();
    const fromWeb = isAllKept ? undefined : await lookOnWeb(found);
    const curated = withResources(plan, new Map([...found, ...(fromWeb?.resources ?? []), ...kept]), [
      ...(fromWeb?.remarks ?? []),
      ...(deps.web === undefined ? withoutSearch(plan) : []),
    ]);
    const tasks = tasksOf(curated);
    const store = (text: string, mediaType: string) => storeText(deps, accountId, text, mediaType, signal);
    const json = await store(`${JSON.stringify(curated, undefined, 2)}\n`, 'application/json');
    const markdown = await store(planMarkdown(curated, base), 'text/markdown; charset=utf-8');
    const calendar = await store(planCalendar(curated), 'text/calendar; charset=utf-8');
    await reach('generate.stored');
    const resources = tasks.reduce((sum, task) => sum + task.resources.length, 0);
    const keptCount = [...kept.values()].reduce((sum, each) => sum + each.length, 0);
    const tasksWithout = tasks.filter((task) => task.resources.length === 0).length;
    log.info(
      { tasks: tasks.length, resources, kept: keptCount, tasksWithout, ...fromWeb?.counts },
      'Plan curated',
    );
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

    /** For tasks that keep nothing: finds on the web after those in the account's own sources, for at least one of its places. */
    async function lookOnWeb(own: ReadonlyMap<string, readonly Resource[]>): Promise<FromWeb | undefined> {
      const { web, objects } = deps;
      if (web === undefined) return undefined;
      const most = input.resourcesPerTask;
      const caller = { accountId, jobId, stepId };
      const wanted = new Map(
        tasksOf(plan).flatMap(({ id }) =>
          kept.has(id) ? [] : [[id, Math.max(1, most - (own.get(id)?.length ?? 0))] as const],
        ),
      );
      const curation = await curateFromWeb(web, plan, wanted, { caller, signal, log });
      deps.onLinks?.(curation.links);
      // A plan that says that no model had a part in it keeps to that.
      const explained =
        objects === undefined || plan.method !== 'generated'
          ? { resources: curation.found, calls: 0, saved: 0 }
          : await explainResources(objects, plan, curation.found, { caller, signal, log });
      const resources = new Map(
        [...explained.resources].map(([id, finds]) => [
          id,
          [...(own.get(id) ?? []).slice(0, most - finds.length), ...finds],
        ]),
      );
      const { searched, unsearched, away, links } = curation;
      return {
        resources,
        remarks: remarksOf(curation, web.budgetMs),
        counts: {
          searched,
          unsearched,
          away: [...away],
          links,
          calls: curation.calls + explained.calls,
          saved: curation.saved + explained.saved,
        },
      };
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
  remarks: readonly string[],
): LearningPlan {
  const modules = plan.modules.map((module) => ({
    ...module,
    tasks: module.tasks.map((task) => ({ ...task, resources: [...(resources.get(task.id) ?? [])] })),
  }));
  return planSchema.parse({ ...plan, modules, remarks: [...plan.remarks, ...remarks] });
}

function withoutSearch({ documents }: LearningPlan): string[] {
  const hasSources = documents.some(({ leftOut }) => leftOut === undefined);
  return hasSources
    ? []
    : ['What to learn from is for you to choose: there were no sources, and no search is set up.'];
}

interface FromWeb {
  readonly resources: ReadonlyMap<string, readonly Resource[]>;
  readonly remarks: readonly string[];
  readonly counts: object;
}

/** What the plan lacks because of its searches. */
function remarksOf({ found, searched, unsearched, away }: CuratedFromWeb, budgetMs: number): string[] {
  const without = searched - found.size;
  return [
    ...(away.size === 0
      ? []
      : [`Not all searches could be asked; these did not answer properly: ${[...away].sort().join(', ')}.`]),
    ...(unsearched === 0
      ? []
      : [
          `The search for resources was ended after ${budgetMs / 1_000} s; of ${searched + unsearched} tasks ${unsearched} were not searched for.`,
        ]),
    ...(without === 0 || away.size > 0
      ? []
      : [`For ${without} of ${searched} tasks the searches found nothing that could be opened.`]),
  ];
}
