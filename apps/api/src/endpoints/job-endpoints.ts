import { cancelJob, listJobs, listJobUsage, retryJob } from '@pressroom/database';
import { PressroomError, reach } from '@pressroom/domain';
import { withTimeout } from '@pressroom/runtime';
import { readCursor, writeCursor } from '../http/cursor.ts';
import type { Handlers } from '../http/exchange.ts';
import { nextLink } from '../http/next-link.ts';
import { sendStoredContent } from '../http/send-blob.ts';
import type { jobRoutes } from '../routes/job-routes.ts';
import { partOf, renderedDocumentOf, toJobSummary } from '../services/job-view.ts';
import type { EndpointContext } from './endpoint-context.ts';
import { createEventsEndpoint } from './events-endpoint.ts';
import type { JobReplies } from './job-replies.ts';

/** How long a cancel waits for the queue: its answer does not depend on it. */
const removeFlowLimitMs = 2_000;

export function createJobEndpoints(context: EndpointContext, jobs: JobReplies): Handlers<typeof jobRoutes> {
  const { database } = context;

  return {
    submitJob: ({ body, headers }, exchange) => jobs.submit(body, headers, exchange),
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
      await jobs.requireJob(exchange.accountId, params.id);
      await jobs.waitAsPreferred(exchange.accountId, params.id, exchange);
      return { status: 200, body: await jobs.readJob(exchange.accountId, params.id) };
    },
    getJobEvents: createEventsEndpoint(context, (accountId, id) => jobs.requireJob(accountId, id)),
    getJobOutput: async ({ params, query }, { request, response, accountId, signal }) => {
      const job = await jobs.requireJob(accountId, params.id);
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
      return { status: 200, body: await jobs.readJob(accountId, params.id) };
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
      return await jobs.answerJob(params.id, exchange, replayed);
    },
  };
}
