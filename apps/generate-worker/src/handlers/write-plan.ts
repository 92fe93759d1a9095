import {
  type AssetStore,
  type DocumentStore,
  type IdSource,
  type ObjectService,
  reach,
  type StepContext,
  type StepHandler,
  type StepResult,
  type WritePlanOutput,
} from '@pressroom/domain';
import {
  assemblePlan,
  availableMinutes,
  draftOfPlan,
  type EarlierVersions,
  type LearningPlan,
  orderProblems,
  type PlanDraft,
  planDraftTask,
} from '@pressroom/plans';
import { loadEarlierVersions } from '../services/plan/earlier-versions.ts';
import { outlineOf } from '../services/plan/outline-of.ts';
import { frameOf, remarksOn } from '../services/plan/plan-frame.ts';
import { reschedulePlan } from '../services/plan/reschedule-plan.ts';
import { askChecked } from '../services/report/ask-checked.ts';
import { ingestedDocuments, leftOutOf, nameDocuments } from '../services/report/ingested-documents.ts';
import { QuotedPassages } from '../services/report/quoted-passages.ts';
import { storeText } from '../services/report/stored-json.ts';

export interface WritePlanDependencies {
  readonly objects: ObjectService;
  readonly documents: DocumentStore;
  readonly store: AssetStore;
  readonly ids: IdSource;
}

/** Of the sources that a provider is shown: about 80,000 tokens. */
const most = { passages: 160, perSection: 4 };

/**
 * A topic and sources in, a plan with modules, tasks and weeks out, as JSON. What it cites stands in the sources, and no week has
 * more than its minutes. Errors: `plan-does-not-fit`, and those of the provider and the stores.
 */
export function createWritePlanHandler(deps: WritePlanDependencies): StepHandler<'write-plan'> {
  return async (context) => {
    const { input, signal } = context;
    const { regeneration } = input;
    const after = await loadEarlierVersions(deps.store, regeneration, signal);
    if (regeneration === undefined || after === undefined || regeneration.isRedrafted) {
      return await draft(after, context);
    }
    const plan = reschedulePlan(input, after);
    const [maker = { provider: 'offline', model: 'unknown' }] = plan.makers;
    const leftOut = plan.documents.filter((document) => document.leftOut !== undefined);
    return await finish(plan, context, {
      sources: regeneration.base.sources,
      skipped: leftOut.map(({ index }) => index),
      ...maker,
      calls: 0,
      saved: 0,
    });
  };

  async function draft(
    after: EarlierVersions | undefined,
    context: StepContext<'write-plan'>,
  ): Promise<StepResult<'write-plan'>> {
    const { accountId, jobId, stepId, input, children, signal } = context;
    const ingested = ingestedDocuments(children);
    const documents = nameDocuments(input, ingested);
    const sources = ingested.map(({ index, output }) => ({ index, digest: output.digest }));
    const outline = await outlineOf(deps.documents, { accountId, sources, most, signal });
    const indexOf = new Map(sources.map(({ digest, index }) => [digest, index]));
    const passages = new QuotedPassages(outline.chunks, (digest) => indexOf.get(digest) ?? 0);
    const material = {
      topic: input.topic,
      skillLevel: input.skillLevel,
      learningStyle: input.learningStyle,
      weeklyMinutes: input.weeklyMinutes,
      availableMinutes: availableMinutes(input),
      notes: input.notes,
      language: input.language,
      documents: documents
        .filter(({ leftOut }) => leftOut === undefined)
        .map(({ index, title }) => ({ index, title })),
      sections: outline.sections,
      passages: passages.passages,
    };
    const task = planDraftTask(material, after && draftOfPlan(after.base).draft);
    const answer = await askChecked(
      deps.objects,
      { task, caller: { accountId, jobId, stepId }, signal },
      (draft) => [...orderProblems(draft), ...citationProblems(draft, passages)],
    );
    const { provider, model, calls, saved, degraded } = answer;
    const method =
      provider !== 'offline' ? 'generated' : outline.chunks.length === 0 ? 'scaffold' : 'outline';
    const plan = assemblePlan({
      draft: answer.value,
      after,
      cite: (quoted) => (passages.problem(quoted) === undefined ? passages.cite(quoted) : undefined),
      frame: {
        ...frameOf(input),
        method,
        makers: [{ provider, model }],
        remarks: remarksOn(input, documents, method),
        documents,
        dropped: { citations: 0 },
      },
    });
    return await finish(plan, context, {
      sources,
      skipped: leftOutOf(input.documents, ingested),
      provider,
      model,
      calls,
      saved,
      ...(degraded === undefined ? {} : { degraded }),
    });
  }

  async function finish(
    plan: LearningPlan,
    { accountId, signal, log }: StepContext<'write-plan'>,
    written: Omit<WritePlanOutput, 'plan' | 'tasks'>,
  ): Promise<StepResult<'write-plan'>> {
    const stored = await storeText(deps, accountId, `${JSON.stringify(plan)}\n`, 'application/json', signal);
    await reach('generate.stored');
    const { method, dropped, planVersion: version } = plan;
    const tasks = plan.modules.reduce((sum, module) => sum + module.tasks.length, 0);
    log.info(
      { modules: plan.modules.length, tasks, weeks: plan.weeks.length, method, dropped, version },
      'Plan written',
    );
    return {
      output: { ...written, plan: stored, tasks },
      assets: [{ ...stored, role: 'generated' }],
    };
  }
}

function citationProblems({ modules }: PlanDraft, passages: QuotedPassages): string[] {
  return modules.flatMap(({ tasks }) =>
    tasks.flatMap(({ title, citations }) =>
      citations.flatMap((quoted) => {
        const why = passages.problem(quoted);
        return why === undefined ? [] : [`Task “${title}”: ${why}`];
      }),
    ),
  );
}
