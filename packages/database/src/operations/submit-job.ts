import { createHash } from 'node:crypto';
import {
  flattenPlan,
  handlerWorkers,
  type IdSource,
  type JobKind,
  type OnItemFailure,
  PressroomError,
  priceOf,
  type StepPlan,
} from '@pressroom/domain';
import { and, eq, sql } from 'drizzle-orm';
import type { Database, Executor } from '../connection.ts';
import { json } from '../guard.ts';
import { payable } from '../repositories/accounts.ts';
import { findAssets } from '../repositories/assets.ts';
import { idempotencyKeys } from '../schema.ts';

export interface Submission {
  readonly accountId: string;
  readonly kind: JobKind;
  /** As validated by the recipe's schema, defaults filled in. */
  readonly input: Record<string, unknown>;
  readonly plan: StepPlan;
  readonly assets: readonly { readonly assetId: string; readonly sort: 'image' | 'document' }[];
  readonly onItemFailure: OnItemFailure;
  readonly priority: number;
  readonly delayUntil?: Date | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string | undefined;
  readonly requestId?: string | undefined;
}

export interface SubmissionReceipt {
  readonly jobId: string;
  /** True when this Idempotency-Key had come before with the same request: nothing was written now. */
  readonly replayed: boolean;
}

/**
 * Accepts a job: one transaction writes job, steps, credit hold, first event and idempotency key, or nothing (design, invariant 2).
 *
 * @throws PressroomError `idempotency-key-reused`, `insufficient-credits`, `invalid-request` (assets that are not there or not of the right sort)
 */
export async function submitJob(
  database: Database,
  ids: IdSource,
  submission: Submission,
): Promise<SubmissionReceipt> {
  const { idempotencyKey } = submission;
  if (idempotencyKey === undefined) {
    await requireAssets(database.executor, submission);
    // One statement is a transaction by itself.
    return { jobId: await accept(database.executor, ids, submission), replayed: false };
  }
  return await database.transaction(async (tx) => {
    const earlier = await takeIdempotencyKey(tx, submission, idempotencyKey);
    if (earlier !== undefined) return { jobId: earlier, replayed: true };
    await requireAssets(tx, submission);
    return { jobId: await accept(tx, ids, submission), replayed: false };
  });
}

async function accept(executor: Executor, ids: IdSource, submission: Submission): Promise<string> {
  const { accountId, kind, input, onItemFailure, priority, delayUntil, metadata, requestId } = submission;
  const jobId = ids.next('job');
  const price = priceOf(submission.plan);
  const job = {
    id: jobId,
    accountId,
    kind,
    input,
    onItemFailure,
    priority,
    delayUntil,
    metadata,
    price,
    requestId,
  };
  await payable(
    price,
    executor.execute(sql`
      select accept_job(${json(job)}, ${json(stepRows(submission.plan, ids))}, ${json({ kind, price })},
        ${submission.idempotencyKey ?? null})`),
  );
  return jobId;
}

/**
 * Takes the key for this request, or returns the job that it made earlier. A racing request with the same key waits here
 * for the first one's commit.
 */
async function takeIdempotencyKey(
  tx: Executor,
  submission: Submission,
  key: string,
): Promise<string | undefined> {
  const { accountId } = submission;
  const requestHash = hashRequest(submission);
  const taken = await tx
    .insert(idempotencyKeys)
    .values({ accountId, key, requestHash })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (taken.length === 1) return undefined;
  const [earlier] = await tx
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.accountId, accountId), eq(idempotencyKeys.key, key)));
  if (earlier?.requestHash === requestHash && earlier.jobId !== null) return earlier.jobId;
  throw new PressroomError(
    'idempotency-key-reused',
    'This Idempotency-Key was used before with a different request',
  );
}

function hashRequest(submission: Submission): string {
  const { kind, input, onItemFailure, priority, delayUntil, metadata } = submission;
  const request = {
    kind,
    input,
    onItemFailure,
    priority,
    delayUntil: delayUntil?.toISOString() ?? null,
    metadata,
  };
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(request)))
    .digest('hex');
}

/** The same request hashes the same however its keys were ordered. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortKeys(entry)]));
}

async function requireAssets(tx: Executor, submission: Submission): Promise<void> {
  const wanted = [...new Set(submission.assets.map((asset) => asset.assetId))];
  const found = new Map(
    (await findAssets(tx, submission.accountId, wanted)).map((asset) => [asset.id, asset]),
  );
  const errors = submission.assets.flatMap(({ assetId, sort }, index) => {
    const asset = found.get(assetId);
    if (asset === undefined) return [{ index, assetId, message: 'There is no such asset in this account' }];
    const isImage = asset.mediaType.startsWith('image/');
    if (isImage === (sort === 'image')) return [];
    return [
      {
        index,
        assetId,
        message: `This asset is ${asset.mediaType}; ${sort === 'image' ? 'a picture' : 'a document'} is needed`,
      },
    ];
  });
  if (errors.length === 0) return;
  throw new PressroomError(
    'invalid-request',
    `${errors.length} of ${submission.assets.length} assets cannot be used`,
    {
      facts: { errors },
    },
  );
}

function stepRows(plan: StepPlan, ids: IdSource) {
  const idOf = new Map(flattenPlan(plan).map((node) => [node.key, ids.next('step')]));
  const parentOf = new Map(
    flattenPlan(plan).flatMap((node) => node.children.map((child) => [child.key, node.key])),
  );
  return flattenPlan(plan).map((node, position) => ({
    id: requireId(idOf, node.key),
    parentId: parentOf.has(node.key) ? requireId(idOf, parentOf.get(node.key) ?? '') : null,
    key: node.key,
    position,
    handler: node.handler,
    worker: handlerWorkers[node.handler],
    itemIndex: node.itemIndex ?? null,
    credits: node.credits,
    input: { ...node.input },
  }));
}

function requireId(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`The plan has no step '${key}'`);
  return id;
}
