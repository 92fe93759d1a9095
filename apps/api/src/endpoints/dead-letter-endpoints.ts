import { findDeadLetter, listDeadLetters, replayDeadLetter } from '@pressroom/database';
import { PressroomError } from '@pressroom/domain';
import { readCursor, writeCursor } from '../http/cursor.ts';
import type { Handlers } from '../http/exchange.ts';
import { nextLink } from '../http/next-link.ts';
import type { deadLetterRoutes } from '../routes/dead-letter-routes.ts';
import { toDeadLetter, toDeadLetterSummary } from '../services/dead-letter-view.ts';
import type { EndpointContext } from './endpoint-context.ts';

export function createDeadLetterEndpoints(context: EndpointContext): Handlers<typeof deadLetterRoutes> {
  const { database, hints, dispatcher } = context;

  async function requireDeadLetter(id: string) {
    const row = await findDeadLetter(database.executor, id);
    if (row === undefined) throw new PressroomError('not-found', `There is no dead letter ${id}`);
    return row;
  }

  return {
    listDeadLetters: async ({ query }, { request, response }) => {
      const { cursor, limit, ...filters } = query;
      const rows = await listDeadLetters(database.executor, {
        ...filters,
        beforeId: readCursor(cursor, 'string'),
        limit: limit + 1,
      });
      const data = rows.slice(0, limit);
      const last = data.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? writeCursor(last.id) : null;
      nextLink(request, response, nextCursor);
      return { status: 200, body: { data: data.map(toDeadLetterSummary), nextCursor } };
    },
    getDeadLetter: async ({ params }) => ({
      status: 200,
      body: toDeadLetter(await requireDeadLetter(params.id)),
    }),
    replayDeadLetter: async ({ params }, { log }) => {
      const { jobId, ...replay } = await replayDeadLetter(database, params.id);
      hints.publish(jobId);
      dispatcher.nudge();
      log.info({ deadLetterId: params.id, jobId, ...replay }, 'A dead letter is replayed');
      const deadLetter = toDeadLetterSummary(await requireDeadLetter(params.id));
      return { status: 202, body: { deadLetter, ...replay }, headers: { Location: deadLetter.links.job } };
    },
  };
}
