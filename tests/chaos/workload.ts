/** What the accounts of a run do. Each of its clients goes on until the system has answered: nobody knows what a lost answer said. */
import { setTimeout as pause } from 'node:timers/promises';
import { createPressroomClient, PressroomApiError, type PressroomClient } from '@pressroom/client';
import type { Job } from '@pressroom/domain';
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
      try {
        return await ask(client, AbortSignal.any([until, AbortSignal.timeout(limitMs)]));
      } catch (error) {
        until.throwIfAborted();
        if (error instanceof PressroomApiError && !error.retryable && error.status < 500) throw error;
        await pause(betweenTriesMs);
      }
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
  const request = {
    kind: 'picture-book',
    onItemFailure: planned.onItemFailure,
    input: { photos, prompt, title: `Chaos ${plan.seed}` },
    ...(planned.delayMs === undefined
      ? {}
      : { delayUntil: new Date(Date.now() + planned.delayMs).toISOString() }),
  } as const;
  const idempotencyKey = `${runKey}-${index}`;
  const job: Job = await customer.insist(
    (client, signal) => client.submitJob(request, { idempotencyKey, signal }),
    until,
  );
  return { planned, jobId: job.id, accountId: customer.account.id, prompt };
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
