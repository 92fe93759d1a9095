/** What the accounts of a run do. Each of its clients goes on until the system has answered: nobody knows what a lost answer said. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  createOperatorClient,
  createPressroomClient,
  PressroomApiError,
  type PressroomClient,
} from '@pressroom/client';
import { type Job, limitSignal } from '@pressroom/domain';
import type { ChaosStand } from './chaos-stand.ts';
import type { PlannedJob, RunPlan } from './run-plan.ts';
import type { AccountOfRun } from './supervised-system.ts';

export interface SubmittedJob {
  readonly planned: PlannedJob;
  readonly jobId: string;
  readonly accountId: string;
  /** Occurs in every call of the model that is made for it, and in no other. */
  readonly prompt: string;
}

/** Milliseconds that a client waits for one answer. */
const patienceMs = 4_000;
const betweenTriesMs = 150;

export class Customer {
  readonly account: AccountOfRun;
  readonly #clients: readonly PressroomClient[];
  #turn = 0;

  constructor(account: AccountOfRun, urls: readonly string[]) {
    this.account = account;
    this.#clients = urls.map((baseUrl) => createPressroomClient({ baseUrl, apiKey: account.apiKey }));
  }

  /** Until it works or is refused, by one API after the other. */
  async insist<Result>(
    ask: (client: PressroomClient, signal: AbortSignal) => Promise<Result>,
    until: AbortSignal,
    limitMs = patienceMs,
  ): Promise<Result> {
    for (;;) {
      const client = this.#clients[this.#turn++ % this.#clients.length] as PressroomClient;
      const limited = limitSignal(until, limitMs);
      try {
        return await ask(client, limited.signal);
      } catch (error) {
        until.throwIfAborted();
        if (error instanceof PressroomApiError && !error.retryable && error.status < 500) throw error;
        await pause(betweenTriesMs);
      } finally {
        limited.release();
      }
    }
  }

  /** The job once it has settled, by its live events; after a retry they end with the round before, so it is asked too. */
  async settled(jobId: string, until: AbortSignal): Promise<Job> {
    for (;;) {
      const job = await this.insist(
        (client, signal) => client.getJob(jobId, { waitSeconds: 2, signal }),
        until,
      );
      if (job.status !== 'queued' && job.status !== 'running') return job;
      await pause(betweenTriesMs);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients, this.account.client].map((client) => client.close()));
  }
}

export async function submitPlanned(
  stand: ChaosStand,
  customer: Customer,
  plan: RunPlan,
  index: number,
  until: AbortSignal,
): Promise<SubmittedJob> {
  const planned = plan.jobs[index] as PlannedJob;
  const runKey = `${plan.backend}-${plan.seed}-${customer.account.id}`;
  const photos: { assetId: string }[] = [];
  for (const photo of planned.photos) {
    const path = photo === -1 ? stand.damagedPhoto : (stand.photos[photo] as string);
    const asset = await customer.insist((client, signal) => client.uploadAsset(path, { signal }), until);
    photos.push({ assetId: asset.id });
  }
  const prompt = `job ${index} of run ${runKey}`;
  for (let turn = 0; ; turn += 1) {
    const { delayMs, deadlineMs } = planned;
    const request = {
      kind: 'picture-book',
      onItemFailure: planned.onItemFailure,
      input: { photos, prompt, title: `Chaos ${plan.seed}` },
      ...(delayMs === undefined ? {} : { delayUntil: new Date(Date.now() + delayMs).toISOString() }),
      ...(deadlineMs === undefined
        ? {}
        : { deadline: new Date(Date.now() + deadlineMs + (delayMs ?? 0)).toISOString() }),
    } as const;
    const idempotencyKey = `${runKey}-${index}-${turn}`;
    const submit = (): Promise<Job> =>
      customer.insist((client, signal) => client.submitJob(request, { idempotencyKey, signal }), until);
    const answers = await Promise.allSettled(planned.sentTwice ? [submit(), submit()] : [submit()]);
    const ids = new Set(
      answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : [])),
    );
    if (ids.size > 1) throw new Error(`One request was answered with two jobs: ${[...ids].join(' and ')}`);
    const refusal = answers.find((answer) => answer.status === 'rejected')?.reason as unknown;
    const [jobId] = ids;
    if (jobId !== undefined && refusal === undefined) {
      return { planned, jobId, accountId: customer.account.id, prompt };
    }
    // Nobody was up before its deadline had passed: nothing was accepted, and the customer sets another one.
    if (jobId !== undefined || !isPastDeadline(refusal, request.deadline)) throw refusal;
  }
}

function isPastDeadline(refusal: unknown, deadline: string | undefined): boolean {
  if (deadline === undefined || Date.now() <= Date.parse(deadline)) return false;
  return refusal instanceof PressroomApiError && refusal.code === 'invalid-request';
}

/** Retries what has failed, or has an operator replay its dead letters, as planned; and waits for it to settle again. */
export async function rescuePlanned(
  stand: ChaosStand,
  customer: Customer,
  { planned, jobId }: SubmittedJob,
  until: AbortSignal,
): Promise<void> {
  if (planned.afterFailure === 'nothing') return;
  try {
    if (planned.afterFailure === 'retry') {
      await customer.insist(
        (client, signal) => client.retryJob(jobId, { idempotencyKey: `retry-${jobId}`, signal }),
        until,
      );
    } else await replayAll(stand, jobId, until);
  } catch (error) {
    // Its deadline has passed, or what was asked for had been done before the answer was lost.
    if (!(error instanceof PressroomApiError) || error.status !== 409) throw error;
  }
  await customer.settled(jobId, until);
}

/** Each of its dead letters that is open, by one API after the other. */
async function replayAll(
  { clientUrls, system }: ChaosStand,
  jobId: string,
  until: AbortSignal,
): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const baseUrl = clientUrls[turn % clientUrls.length] as string;
    const client = createOperatorClient({ baseUrl, operatorToken: system.operatorToken });
    const limited = limitSignal(until, patienceMs);
    const { signal } = limited;
    try {
      for await (const letter of client.listDeadLetters({ jobId, state: 'open' }, { signal }))
        await client.replayDeadLetter(letter.id, { signal });
      return;
    } catch (error) {
      until.throwIfAborted();
      if (error instanceof PressroomApiError && !error.retryable && error.status < 500) throw error;
      await pause(betweenTriesMs);
    } finally {
      limited.release();
      await client.close();
    }
  }
}

/** Cancels as planned. A job that has settled meanwhile says so, and that is an answer. */
export async function cancelPlanned(
  customer: Customer,
  { planned, jobId }: SubmittedJob,
  until: AbortSignal,
): Promise<void> {
  if (planned.cancelAfterMs === undefined) return;
  await pause(planned.cancelAfterMs);
  try {
    await customer.insist((client, signal) => client.cancelJob(jobId, { signal }), until);
  } catch (error) {
    if (!(error instanceof PressroomApiError) || error.code !== 'job-not-cancellable') throw error;
  }
}
