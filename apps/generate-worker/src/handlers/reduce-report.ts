import {
  type AssetStore,
  type Caller,
  type ChildStep,
  type DocumentStore,
  documentReportPrices,
  type EmbeddingService,
  type IdSource,
  type MapReportChunksOutput,
  type ObjectService,
  PressroomError,
  type ReduceReportInput,
  reach,
  type StepContext,
  type StepHandler,
  type StepPlan,
} from '@pressroom/domain';
import {
  answerTask,
  byImportance,
  distinctTexts,
  documentsOf,
  type Finding,
  findingsCsv,
  joinCitations,
  mergeEntities,
  mergeFigures,
  mergeFindings,
  type PartFinding,
  type ReduceAnswer,
  type Report,
  reduceTask,
  reportSchema,
} from '@pressroom/reports';
import { askChecked, type CheckedAnswer } from '../services/report/ask-checked.ts';
import { findSimilarChunks } from '../services/report/find-similar.ts';
import {
  type IngestedDocument,
  ingestedDocuments,
  leftOutOf,
  nameDocuments,
} from '../services/report/ingested-documents.ts';
import { planBatches, spread } from '../services/report/plan-batches.ts';
import { QuotedPassages } from '../services/report/quoted-passages.ts';
import { type ReportPart, reportPartSchema } from '../services/report/report-part.ts';
import { loadJson, storeText } from '../services/report/stored-json.ts';

export interface ReduceReportDependencies {
  readonly objects: ObjectService;
  readonly documents: DocumentStore;
  /** Absent: a question is compared with the passages by its words. */
  readonly embeddings: EmbeddingService | undefined;
  readonly store: AssetStore;
  readonly ids: IdSource;
}

/** Findings that a provider is shown to put together, and that a report has at most. */
const most = { shown: 120, findings: 40, entities: 60, figures: 40, questions: 12, answerChunks: 12 };

interface ReadPart {
  readonly document: number;
  readonly output: MapReportChunksOutput;
  readonly part: ReportPart;
}

/**
 * First asks for a step for each batch of what was ingested. When they have ended, puts what they found together: the report, as JSON
 * and as a table. Errors: `nothing-to-report`, and those of the provider and the stores.
 */
export function createReduceReportHandler(deps: ReduceReportDependencies): StepHandler<'reduce-report'> {
  return async (context) => {
    const { accountId, jobId, stepId, input, children, signal, log } = context;
    const ingested = ingestedDocuments(children);
    if (ingested.length === 0) {
      throw new PressroomError('nothing-to-report', 'None of the documents of this job could be read');
    }
    const missing = missingBatches(ingested, children, input);
    if (missing.length > 0) return { expand: missing };

    const parts = await loadParts(deps.store, children, signal);
    const caller = { accountId, jobId, stepId };
    const language = languageOf(ingested);
    const reduced = await reduceFindings(deps.objects, parts, { language, caller, input, signal });
    await context.reportProgress(1, 2);
    const answered =
      input.question === undefined
        ? undefined
        : await answerQuestion(deps, ingested, { question: input.question, language, caller, signal });
    const report = makeReport(context, { ingested, parts, language, reduced, answered });
    const json = await storeText(
      deps,
      accountId,
      `${JSON.stringify(report, undefined, 2)}\n`,
      'application/json',
      signal,
    );
    const table = await storeText(deps, accountId, findingsCsv(report), 'text/csv; charset=utf-8', signal);
    await reach('generate.stored');
    const { findings } = report;
    log.info(
      { findings: findings.length, documents: ingested.length, dropped: report.dropped },
      'Report written',
    );
    const written = [reduced.by, answered?.by].filter((by) => by !== undefined);
    const degraded = written.find((by) => by.degraded !== undefined)?.degraded;
    return {
      output: {
        report: json,
        table,
        findings: findings.length,
        skipped: leftOutOf(input.documents, ingested),
        degradedDocuments: [
          ...new Set(
            parts.filter(({ output }) => output.degraded !== undefined).map(({ document }) => document),
          ),
        ].sort((a, b) => a - b),
        provider: written[0]?.provider ?? parts[0]?.output.provider ?? 'none',
        model: written[0]?.model ?? parts[0]?.output.model ?? 'none',
        calls: written.reduce((sum, by) => sum + by.calls, 0),
        saved: written.reduce((sum, by) => sum + by.saved, 0),
        ...(degraded === undefined ? {} : { degraded }),
      },
      assets: [
        { ...json, role: 'generated' },
        { ...table, role: 'document' },
      ],
    };
  };
}

/** Keys follow from document and batch alone: after a retry only what was never asked for is missing. */
function missingBatches(
  ingested: readonly IngestedDocument[],
  children: readonly ChildStep[],
  { batchesPerDocument, question }: ReduceReportInput,
): StepPlan[] {
  const known = new Set(children.map(({ key }) => key));
  return ingested.flatMap(({ index, output }) =>
    planBatches(output, batchesPerDocument)
      .map(
        (batch, number): StepPlan => ({
          key: `map-${index}-${number}`,
          handler: 'map-report-chunks',
          input: { document: index, digest: output.digest, language: output.language, question, ...batch },
          itemIndex: index,
          credits: documentReportPrices.batch,
          children: [],
        }),
      )
      .filter(({ key }) => !known.has(key)),
  );
}

async function loadParts(
  store: AssetStore,
  children: readonly ChildStep[],
  signal: AbortSignal,
): Promise<readonly ReadPart[]> {
  const parts: ReadPart[] = [];
  for (const { handler, status, itemIndex, output } of children) {
    if (handler !== 'map-report-chunks' || status !== 'succeeded') continue;
    const read = output as MapReportChunksOutput;
    const part = reportPartSchema.parse(await loadJson(store, read.part, signal));
    parts.push({ document: itemIndex ?? 0, output: read, part });
  }
  return parts;
}

interface Asking {
  readonly language: string;
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

interface Reduced {
  readonly summary: string;
  readonly findings: readonly PartFinding[];
  readonly openQuestions: readonly string[];
  readonly by: CheckedAnswer<unknown> | undefined;
}

async function reduceFindings(
  objects: ObjectService,
  parts: readonly ReadPart[],
  { language, caller, input, signal }: Asking & { readonly input: ReduceReportInput },
): Promise<Reduced> {
  const candidates = mergeFindings(parts.flatMap(({ part }) => part.findings)).slice(0, most.shown);
  const openQuestions = distinctTexts(
    parts.flatMap(({ part }) => part.openQuestions),
    most.questions * 2,
  );
  if (candidates.length === 0) {
    const summary = distinctTexts(
      parts.map(({ part }) => part.summary),
      10,
    ).join('\n');
    return { summary, findings: [], openQuestions: openQuestions.slice(0, most.questions), by: undefined };
  }
  const task = reduceTask({
    language,
    question: input.question,
    summaries: parts.map(({ part }) => part.summary),
    findings: candidates.map((finding, number) => ({
      number,
      title: finding.title,
      detail: finding.detail,
      severity: finding.severity,
      confidence: finding.confidence,
      documents: [...documentsOf(finding)],
    })),
    openQuestions,
  });
  const answer = await askChecked(objects, { task, caller, signal }, (value) =>
    memberProblems(value, candidates.length),
  );
  const used = new Set<number>();
  const findings = answer.value.findings.flatMap(({ members, ...finding }): PartFinding[] => {
    const fresh = members.filter((number) => number < candidates.length && !used.has(number));
    for (const number of fresh) used.add(number);
    const from = fresh.flatMap((number) => candidates[number] ?? []);
    return from.length === 0 ? [] : [{ ...finding, citations: joinCitations(from) }];
  });
  return {
    summary: answer.value.summary,
    findings: findings.toSorted(byImportance).slice(0, most.findings),
    openQuestions: distinctTexts(answer.value.openQuestions, most.questions),
    by: answer,
  };
}

function memberProblems({ findings }: ReduceAnswer, count: number): string[] {
  const used = new Set<number>();
  return findings.flatMap(({ title, members }) =>
    members.flatMap((number) => {
      if (number >= count) return [`Finding “${title}”: there is no finding ${number} in the list`];
      if (used.has(number)) return [`Finding “${title}”: finding ${number} is in another one already`];
      used.add(number);
      return [];
    }),
  );
}

interface Answered {
  readonly answer: NonNullable<Report['answer']>;
  readonly dropped: number;
  readonly by: CheckedAnswer<unknown> | undefined;
}

async function answerQuestion(
  deps: ReduceReportDependencies,
  ingested: readonly IngestedDocument[],
  { question, language, caller, signal }: Asking & { readonly question: string },
): Promise<Answered> {
  const nothing = { text: 'The documents do not answer this question.', citations: [] };
  const similar = await findSimilarChunks(deps.documents, deps.embeddings, {
    accountId: caller.accountId,
    question,
    language,
    documents: ingested.map(({ output }) => output),
    limit: most.answerChunks,
    caller,
    signal,
  });
  if (similar.length === 0) return { answer: nothing, dropped: 0, by: undefined };
  const indexOf = new Map(ingested.map(({ index, output }) => [output.digest, index]));
  const passages = new QuotedPassages(similar, (digest) => indexOf.get(digest) ?? 0);
  const task = answerTask({ language, question, passages: passages.passages });
  const asked = await askChecked(deps.objects, { task, caller, signal }, (value) => {
    const problems = value.citations.flatMap((quoted) => passages.problem(quoted) ?? []);
    return value.answered && value.citations.length === 0
      ? ['An answer needs a quotation that proves it']
      : problems;
  });
  const kept = asked.value.citations.filter((quoted) => passages.problem(quoted) === undefined);
  const dropped = asked.value.citations.length - kept.length;
  // Words without proof are no answer.
  const isProven = asked.value.answered && kept.length > 0 && asked.value.text !== '';
  const answer = isProven
    ? { text: asked.value.text, citations: kept.map((quoted) => passages.cite(quoted)) }
    : nothing;
  return { answer, dropped, by: asked };
}

function makeReport(
  { input }: StepContext<'reduce-report'>,
  made: {
    readonly ingested: readonly IngestedDocument[];
    readonly parts: readonly ReadPart[];
    readonly language: string;
    readonly reduced: Reduced;
    readonly answered: Answered | undefined;
  },
): Report {
  const { ingested, parts, language, reduced, answered } = made;
  const documents = nameDocuments(input, ingested).map((named) => ({
    ...named,
    chunks: ingested.find(({ index }) => index === named.index)?.output.chunks ?? 0,
    chunksRead: parts
      .filter(({ document }) => document === named.index)
      .reduce((sum, part) => sum + part.output.chunksRead, 0),
  }));
  const writers = [...parts.map(({ output }) => output), reduced.by, answered?.by].filter(
    (by) => by !== undefined,
  );
  const makers = [
    ...new Map(writers.map(({ provider, model }) => [`${provider} ${model}`, { provider, model }])).values(),
  ];
  const offline = makers.filter(({ provider }) => provider === 'offline').length;
  const findings = reduced.findings.map(
    (finding, index): Finding => ({
      id: `F${index + 1}`,
      title: finding.title,
      detail: finding.detail,
      severity: finding.severity,
      confidence: finding.confidence,
      citations: [...finding.citations],
    }),
  );
  const dropped = parts.reduce(
    (sum, { part }) => ({
      findings: sum.findings + part.dropped.findings,
      citations: sum.citations + part.dropped.citations,
    }),
    { findings: 0, citations: answered?.dropped ?? 0 },
  );
  return reportSchema.parse({
    version: 1,
    title: input.title ?? titleOf(documents),
    language,
    ...(input.question === undefined ? {} : { question: input.question }),
    method: offline === makers.length ? 'extractive' : offline === 0 ? 'generated' : 'mixed',
    makers,
    documents,
    summary: reduced.summary,
    ...(answered === undefined ? {} : { answer: answered.answer }),
    findings,
    entities: mergeEntities(
      parts.flatMap(({ document, part }) => part.entities.map((entity) => ({ ...entity, document }))),
      most.entities,
    ),
    // From all parts, rather than all of the first ones.
    figures: spread(mergeFigures(parts.flatMap(({ part }) => part.figures)), most.figures),
    openQuestions: [...reduced.openQuestions],
    dropped,
  });
}

function titleOf(documents: readonly { readonly title: string }[]): string {
  const [first] = documents;
  return documents.length === 1 && first !== undefined
    ? first.title.slice(0, 160)
    : `Report on ${documents.length} documents`;
}

/** That of most of the text. */
function languageOf(ingested: readonly IngestedDocument[]): string {
  const characters = new Map<string, number>();
  for (const { output } of ingested) {
    if (output.language === undefined) continue;
    characters.set(output.language, (characters.get(output.language) ?? 0) + output.characters);
  }
  const [first] = [...characters].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first?.[0] ?? 'en';
}
