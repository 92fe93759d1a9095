import {
  cancelJob,
  findJob,
  findQueuePlace,
  type JobRow,
  listJobs,
  listJobUsage,
  listStageRuns,
  listSteps,
  retryJob,
} from '@pressroom/database';
import {
  isPressroomError,
  isSettled,
  type Job,
  linkSignals,
  PressroomError,
  queuePositionLimit,
  reach,
} from '@pressroom/domain';
import { withTimeout } from '@pressroom/runtime';
import { readCursor, writeCursor } from '../http/cursor.ts';
import type { AccountExchange, Exchange, Handlers, Outcome } from '../http/exchange.ts';
import { nextLink } from '../http/next-link.ts';
import { readWaitPreference } from '../http/prefer.ts';
import { sendStoredContent } from '../http/send-blob.ts';
import type { jobRoutes } from '../routes/job-routes.ts';
import { waitUntilSettled } from '../services/job-events.ts';
import { partOf, renderedDocumentOf, toJob, toJobSummary } from '../services/job-view.ts';
import { acceptJob } from '../services/submit.ts';
import { createUsageRules } from '../services/usage-rules.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { createEventsEndpoint } from './events-endpoint.ts';

/** How long a cancel waits for the queue: its answer does not depend on it. */
const removeFlowLimitMs = 2_000;

export function createJobEndpoints(context: EndpointContext): Handlers<typeof jobRoutes> {
  const { database, hintListener } = context;
  const rules = {
    abilities: { freePrompts: context.config.generation.kind !== 'offline' },
    usage: createUsageRules(context.config, context.clock),
  };

  async function requireJob(accountId: string, id: string): Promise<JobRow> {
    const job = await findJob(database.executor, accountId, id);
    if (job === undefined) throw new PressroomError('not-found', `There is no job ${id} in this account`);
    return job;
  }

  async function readJob(accountId: string, id: string): Promise<Job> {
    const job = await requireJob(accountId, id);
    const [steps, stageRuns, place, usage] = await Promise.all([
      listSteps(database.executor, [id]),
      listStageRuns(database.executor, id),
      job.status === 'queued' ? findQueuePlace(database.executor, id, queuePositionLimit) : undefined,
      listJobUsage(database.executor, [id]),
    ]);
    return toJob(job, usage.get(id), steps, stageRuns, place);
  }

  /** Waits as the caller prefers; a server that stops answers at once with what is there. */
  async function waitAsPreferred(
    accountId: string,
    jobId: string,
    { request, response, signal }: Exchange,
  ): Promise<void> {
    const seconds = readWaitPreference(request.headers['prefer']);
    if (seconds === undefined) return;
    response.setHeader('Preference-Applied', `wait=${seconds}`);
    response.vary('Prefer');
    const enough = linkSignals(signal, context.stopping);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), seconds * 1_000);
    const either = linkSignals(enough.signal, timeout.signal);
    try {
      await waitUntilSettled(database, hintListener, { accountId, jobId }, either.signal);
    } finally {
      clearTimeout(timer);
      either.release();
      enough.release();
    }
  }

  /** 200 when it has settled while the caller waited, else 202. */
  async function answerJob(jobId: string, exchange: AccountExchange, replayed: boolean): Promise<Outcome> {
    await waitAsPreferred(exchange.accountId, jobId, exchange);
    const job = await readJob(exchange.accountId, jobId);
    const waited = exchange.response.hasHeader('Preference-Applied');
    return {
      status: waited && isSettled(job.status) ? 200 : 202,
      body: job,
      headers: { Location: job.links.self, ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}) },
    };
  }

  return {
    submitJob: async ({ body, headers }, exchange) => {
      const { accountId, requestId, log } = exchange;
      const { jobId, replayed } = await acceptJob(database, context.ids, rules, body, {
        accountId,
        idempotencyKey: headers['idempotency-key'],
        requestId,
      }).catch((error: unknown) => {
        if (isPressroomError(error) && error.code === 'usage-limit-reached') {
          context.metrics.usage.refused(String(error.facts?.['quantity']));
        }
        throw error;
      });
      await reach('submission.recorded');
      context.dispatcher.nudge();
      log.info({ jobId, kind: body.kind, replayed }, 'A job was accepted');
      return await answerJob(jobId, exchange, replayed);
    },
    listJobs: async ({ query }, { accountId, request, response }) => {
      const beforeId = readCursor(query.cursor, 'string');
      const rows = await listJobs(database.executor, {
        accountId,
        limit: query.limit + 1,
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.kind === undefined ? {} : { kind: query.kind }),
        ...(beforeId === undefined ? {} : { beforeId }),
      });
      const data = rows.slice(0, query.limit);
      const last = data.at(-1);
      const nextCursor = rows.length > query.limit && last !== undefined ? writeCursor(last.id) : null;
      nextLink(request, response, nextCursor);
      const usage = await listJobUsage(
        database.executor,
        data.map((job) => job.id),
      );
      return {
        status: 200,
        body: { data: data.map((job) => toJobSummary(job, usage.get(job.id))), nextCursor },
      };
    },
    getJob: async ({ params }, exchange) => {
      await requireJob(exchange.accountId, params.id);
      await waitAsPreferred(exchange.accountId, params.id, exchange);
      return { status: 200, body: await readJob(exchange.accountId, params.id) };
    },
    getJobEvents: createEventsEndpoint(context, requireJob),
    getJobOutput: async ({ params, query }, { request, response, accountId, signal }) => {
      const job = await requireJob(accountId, params.id);
      const rendered = renderedDocumentOf(job);
      if (rendered === undefined) {
        throw new PressroomError('output-not-ready', `Job ${job.id} is ${job.status}`, {
          facts: { status: job.status },
        });
      }
      const title = typeof job.input['title'] === 'string' ? job.input['title'] : job.kind;
      const part = partOf(rendered, query.format);
      if (part === undefined) {
        throw new PressroomError('not-acceptable', `A ${job.kind} has no ${query.format}`);
      }
      const content = { ...part, fileName: `${title}.${query.format}` };
      await sendStoredContent(request, response, context.store, content, signal);
      return undefined;
    },
    cancelJob: async ({ params }, { accountId, log }) => {
      await cancelJob(database, accountId, params.id);
      await reach('cancel.settled');
      // Workers stop what they are doing for it, and every dispatcher has room.
      context.hints.publishSettled(params.id);
      context.dispatcher.nudge();
      try {
        // A queue that is out of reach keeps its callers waiting until it is back.
        await withTimeout(() => context.queueAdmin.removeFlow(params.id), {
          ms: removeFlowLimitMs,
          what: 'taking the steps out of the queue',
        });
      } catch (error) {
        // The record says that it is cancelled; whatever is still in the queue is refused when a worker claims it.
        log.warn({ err: error, jobId: params.id }, 'The steps of a cancelled job stay in the queue');
      }
      return { status: 200, body: await readJob(accountId, params.id) };
    },
    retryJob: async ({ params, headers }, exchange) => {
      const { accountId, log } = exchange;
      const { replayed } = await retryJob(database, {
        accountId,
        jobId: params.id,
        idempotencyKey: headers['idempotency-key'],
      });
      context.hints.publish(params.id);
      context.dispatcher.nudge();
      log.info({ jobId: params.id, replayed }, 'A job is retried');
      return await answerJob(params.id, exchange, replayed);
    },
  };
}
