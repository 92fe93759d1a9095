import { listParkedExports, replayUsageExport, type UsageExportRow } from '@pressroom/database';
import { errorRegistry, type UsageExport } from '@pressroom/domain';
import { readCursor, writeCursor } from '../http/cursor.ts';
import type { Handlers } from '../http/exchange.ts';
import { nextLink } from '../http/next-link.ts';
import type { usageExportRoutes } from '../routes/usage-export-routes.ts';
import type { EndpointContext } from './endpoint-context.ts';

export function createUsageExportEndpoints({
  database,
}: EndpointContext): Handlers<typeof usageExportRoutes> {
  return {
    listUsageExports: async ({ query: { cursor, limit } }, { request, response }) => {
      const rows = await listParkedExports(database.executor, {
        afterId: readCursor(cursor, 'string'),
        limit: limit + 1,
      });
      const data = rows.slice(0, limit);
      const last = data.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? writeCursor(last.id) : null;
      nextLink(request, response, nextCursor);
      return { status: 200, body: { data: data.map(toUsageExport), nextCursor } };
    },
    replayUsageExport: async ({ params }, { log }) => {
      const row = await replayUsageExport(database.executor, params.id);
      log.info({ exportId: params.id }, 'A piece of usage is sent again');
      return { status: 202, body: toUsageExport(row) };
    },
  };
}

function toUsageExport(row: UsageExportRow): UsageExport {
  const { id, accountId, customerId, meter, value, status, attempts, errorCode, errorMessage } = row;
  return {
    id,
    accountId,
    customerId,
    meter,
    value,
    usedAt: row.usedAt.toISOString(),
    status,
    attempts,
    error:
      errorCode === null
        ? null
        : { code: errorCode, detail: errorMessage ?? '', advice: errorRegistry[errorCode].advice },
  };
}
