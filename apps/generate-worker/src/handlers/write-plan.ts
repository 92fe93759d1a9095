import {
  type AssetStore,
  type DocumentStore,
  type IdSource,
  type ObjectService,
  reach,
  type StepHandler,
  type WritePlanInput,
} from '@pressroom/domain';
import {
  assemblePlan,
  availableMinutes,
  type LearningPlan,
  orderProblems,
  type PlanDraft,
  planDraftTask,
} from '@pressroom/plans';
import { outlineOf } from '../services/plan/outline-of.ts';
import { askChecked } from '../services/report/ask-checked.ts';
import {
  ingestedDocuments,
  leftOutOf,
  type NamedDocument,
  nameDocuments,
} from '../services/report/ingested-documents.ts';
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
  return async ({ accountId, jobId, stepId, input, children, signal, log }) => {
    const ingested = ingestedDocuments(children);
    const documents = nameDocuments(input, ingested);
    const sources = ingested.map(({ index, output }) => ({ index, digest: output.digest }));
    const outline = await outlineOf(deps.documents, { accountId, sources, most, signal });
    const indexOf = new Map(sources.map(({ digest, index }) => [digest, index]));
    const passages = new QuotedPassages(outline.chunks, (digest) => indexOf.get(digest) ?? 0);
    const task = planDraftTask({
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
    });
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
    const stored = await storeText(deps, accountId, `${JSON.stringify(plan)}\n`, 'application/json', signal);
    await reach('generate.stored');
    const tasks = plan.modules.reduce((sum, module) => sum + module.tasks.length, 0);
    log.info(
      { modules: plan.modules.length, tasks, weeks: plan.weeks.length, method, dropped: plan.dropped },
      'Plan written',
    );
    return {
      output: {
        plan: stored,
        sources,
        skipped: leftOutOf(input.documents, ingested),
        tasks,
        provider,
        model,
        calls,
        saved,
        ...(degraded === undefined ? {} : { degraded }),
      },
      assets: [{ ...stored, role: 'generated' }],
    };
  };
}

function frameOf({
  topic,
  skillLevel,
  learningStyle,
  weeklyMinutes,
  start,
  deadline,
  notes,
  language,
}: WritePlanInput) {
  return {
    topic,
    skillLevel,
    learningStyle,
    weeklyMinutes,
    start,
    ...(deadline === undefined ? {} : { deadline }),
    ...(notes === undefined ? {} : { notes }),
    language,
  };
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

function remarksOn(
  { notes }: WritePlanInput,
  documents: readonly NamedDocument[],
  method: LearningPlan['method'],
): string[] {
  const unread = documents.filter(({ leftOut }) => leftOut !== undefined).length;
  const remarks: string[] = [];
  if (method === 'scaffold') {
    remarks.push(
      unread > 0
        ? 'None of the sources could be read, and no model was asked: these are the steps that help with any topic.'
        : 'There were no sources, and no model was asked: these are the steps that help with any topic.',
    );
  } else if (unread > 0) {
    remarks.push(
      `${unread === 1 ? 'One source' : `${unread} sources`} could not be read and ${unread === 1 ? 'is' : 'are'} not in the plan.`,
    );
  }
  if (notes !== undefined && method !== 'generated')
    remarks.push('The notes were not followed: this plan was made without a model that could read them.');
  return remarks;
}
