import {
  findPlan,
  findPlanAssets,
  findPlanVersion,
  listPlans,
  listPlanVersions,
  type PlanRow,
  type PlanVersionRow,
} from '@pressroom/database';
import { PressroomError } from '@pressroom/domain';
import { diffPlans } from '@pressroom/plans';
import type { Request } from 'express';
import { readCursor, writeCursor } from '../http/cursor.ts';
import type { Handlers } from '../http/exchange.ts';
import { nextLink } from '../http/next-link.ts';
import { sendStoredContent } from '../http/send-blob.ts';
import type { planRoutes } from '../routes/plan-routes.ts';
import { type PlanFormat, planFormats, toPlanRecord, toPlanSummary } from '../services/plan-view.ts';
import { readPlan } from '../services/read-plan.ts';
import type { EndpointContext } from './endpoint-context.ts';
import type { JobReplies } from './job-replies.ts';

export function createPlanEndpoints(context: EndpointContext, jobs: JobReplies): Handlers<typeof planRoutes> {
  const { executor } = context.database;

  async function requirePlan(accountId: string, id: string): Promise<PlanRow> {
    const plan = await findPlan(executor, accountId, id);
    if (plan === undefined) throw new PressroomError('not-found', `There is no plan ${id} in this account`);
    return plan;
  }

  async function requireVersion({ id, latestVersion }: PlanRow, version: number): Promise<PlanVersionRow> {
    const row = await findPlanVersion(executor, id, version);
    if (row !== undefined) return row;
    throw new PressroomError('not-found', `Plan ${id} has no version ${version}, but 1 to ${latestVersion}`);
  }

  return {
    listPlans: async ({ query }, { accountId, request, response }) => {
      const beforeId = readCursor(query.cursor, 'string');
      const rows = await listPlans(executor, { accountId, beforeId, limit: query.limit + 1 });
      const data = rows.slice(0, query.limit);
      const last = data.at(-1);
      const nextCursor = rows.length > query.limit && last !== undefined ? writeCursor(last.id) : null;
      nextLink(request, response, nextCursor);
      return { status: 200, body: { data: data.map(toPlanSummary), nextCursor } };
    },
    getPlan: async ({ params, query }, { request, response, accountId, signal }) => {
      const plan = await requirePlan(accountId, params.id);
      const row = await requireVersion(plan, query.version ?? plan.latestVersion);
      response.vary('Accept');
      const format = query.format ?? acceptedFormat(request);
      if (format === 'record') {
        return { status: 200, body: toPlanRecord(plan, row, await listPlanVersions(executor, plan.id)) };
      }
      if (!isPlanFormat(format)) throw new PressroomError('not-acceptable', `A plan has no ${format}`);
      const { storageKey, bytes, sha256, mediaType } = (await findPlanAssets(executor, accountId, row))[
        format
      ];
      const title = `${String(row.values['topic'])}${row.version === 1 ? '' : `, version ${row.version}`}`;
      const content = { storageKey, bytes, sha256, mediaType, fileName: `${title}.${format}` };
      await sendStoredContent(request, response, context.store, content, signal);
      return undefined;
    },
    diffPlan: async ({ params, query }, { accountId, signal }) => {
      const plan = await requirePlan(accountId, params.id);
      const to = await requireVersion(plan, query.to ?? plan.latestVersion);
      const from = await requireVersion(plan, query.from ?? to.baseVersion ?? to.version);
      const [before, after] = await Promise.all(
        [from, to].map(async (row) => {
          const { json } = await findPlanAssets(executor, accountId, row);
          return await readPlan(context.store, json, signal);
        }),
      );
      if (before === undefined || after === undefined) throw new Error('Two versions were read');
      const body = { planId: plan.id, from: from.version, to: to.version, ...diffPlans(before, after) };
      return { status: 200, body };
    },
    regeneratePlan: ({ params, body, headers }, exchange) => {
      const { baseVersion, overrides, ...options } = body;
      const input = { planId: params.id, baseVersion, overrides };
      return jobs.submit({ kind: 'learning-plan-regeneration', input, ...options }, headers, exchange, []);
    },
  };
}

function isPlanFormat(format: string): format is PlanFormat {
  return planFormats.some((each) => each === format);
}

/** By what the caller accepts first; the record where it does not matter. */
function acceptedFormat(request: Request): 'record' | PlanFormat {
  const byType = {
    'application/json': 'record',
    'application/pdf': 'pdf',
    'text/markdown': 'md',
    'text/calendar': 'ics',
  } as const;
  const accepted = request.accepts(Object.keys(byType));
  if (accepted !== false) return byType[accepted as keyof typeof byType];
  throw new PressroomError('not-acceptable', `A plan comes as ${Object.keys(byType).join(', ')}`);
}
