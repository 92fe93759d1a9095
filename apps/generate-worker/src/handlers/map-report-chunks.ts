import {
  type AssetStore,
  type DocumentStore,
  type IdSource,
  type ObjectService,
  PressroomError,
  reach,
  type StepHandler,
} from '@pressroom/domain';
import { mapTask } from '@pressroom/reports';
import { askChecked } from '../services/report/ask-checked.ts';
import { spread } from '../services/report/plan-batches.ts';
import { QuotedPassages } from '../services/report/quoted-passages.ts';
import { citationProblems, provenPart } from '../services/report/report-part.ts';
import { storeText } from '../services/report/stored-json.ts';

export interface MapReportChunksDependencies {
  readonly objects: ObjectService;
  readonly documents: DocumentStore;
  readonly store: AssetStore;
  readonly ids: IdSource;
}

/** One batch of a document's passages in, what was found in them out: every citation's words stand in the passage that it names. */
export function createMapReportChunksHandler(
  deps: MapReportChunksDependencies,
): StepHandler<'map-report-chunks'> {
  return async ({ accountId, jobId, stepId, input, signal, log }) => {
    const { digest, from, count, most, document, question } = input;
    const all = await deps.documents.chunks(accountId, digest, { from, limit: count });
    if (all.length !== count) {
      throw new PressroomError(
        'internal',
        `Document ${document + 1} has ${all.length} passages where ${count} were ingested`,
      );
    }
    const chunks = spread(all, most);
    const passages = new QuotedPassages(chunks, () => document);
    const task = mapTask({ language: input.language ?? 'en', question, passages: passages.passages });
    const caller = { accountId, jobId, stepId };
    const answer = await askChecked(deps.objects, { task, caller, signal }, (value) =>
      citationProblems(value, passages),
    );
    const part = provenPart(answer.value, passages);
    if (part.dropped.citations > 0)
      log.warn({ dropped: part.dropped }, 'Citations that the passages do not prove were dropped');
    const stored = await storeText(deps, accountId, JSON.stringify(part), 'application/json', signal);
    await reach('generate.stored');
    const { provider, model, calls, saved, degraded } = answer;
    log.info(
      { document, from, chunks: chunks.length, findings: part.findings.length, provider },
      'Passages read',
    );
    return {
      output: {
        part: stored,
        findings: part.findings.length,
        chunksRead: chunks.length,
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
