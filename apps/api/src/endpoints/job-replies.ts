import {
  findJob,
  findQueuePlace,
  type JobRow,
  listJobUsage,
  listStageRuns,
  listSteps,
} from '@pressroom/database';
import {
  type AcceptedJobRequest,
  isPressroomError,
  isSettled,
  type Job,
  linkSignals,
  PressroomError,
  queuePositionLimit,
  reach,
} from '@pressroom/domain';
import type { AccountExchange, Exchange, Outcome } from '../http/exchange.ts';
import { readWaitPreference } from '../http/prefer.ts';
import { waitUntilSettled } from '../services/job-events.ts';
import { toJob } from '../services/job-view.ts';
import { acceptJob } from '../services/submit.ts';
import { createUsageRules } from '../services/usage-rules.ts';
import type { EndpointContext } from './endpoint-context.ts';

/** What every endpoint that answers with a job does in the same way. */
export interface JobReplies {
  /** Throws `not-found`. */
  requireJob(accountId: string, id: string): Promise<JobRow>;
  readJob(accountId: string, id: string): Promise<Job>;
  /** Waits as the caller prefers; a server that stops answers at once with what is there. */
  waitAsPreferred(accountId: string, jobId: string, exchange: Exchange): Promise<void>;
  /** 200 when it has settled while the caller waited, else 202. */
  answerJob(jobId: string, exchange: AccountExchange, replayed: boolean): Promise<Outcome>;
  /** Accepts a job and answers with it. `inputAt`: where its input stands in the request's body. */
  submit(
    request: AcceptedJobRequest,
    headers: { readonly 'idempotency-key'?: string | undefined },
    exchange: AccountExchange,
    inputAt?: readonly string[],
  ): Promise<Outcome>;
}

export function createJobReplies(context: EndpointContext): JobReplies {
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
    requireJob,
    readJob,
    waitAsPreferred,
    answerJob,
    submit: async (request, headers, exchange, inputAt = ['input']) => {
      const { accountId, requestId, log } = exchange;
      const { jobId, replayed } = await acceptJob(database, context.ids, rules, request, {
        accountId,
        idempotencyKey: headers['idempotency-key'],
        requestId,
        inputAt,
      }).catch((error: unknown) => {
        if (isPressroomError(error) && error.code === 'usage-limit-reached') {
          context.metrics.usage.refused(String(error.facts?.['quantity']));
        }
        throw error;
      });
      await reach('submission.recorded');
      context.dispatcher.nudge();
      log.info({ jobId, kind: request.kind, replayed }, 'A job was accepted');
      return await answerJob(jobId, exchange, replayed);
    },
  };
}
