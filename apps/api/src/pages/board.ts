import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import type { RequestHandler } from 'express';

export const boardPath = '/admin/queues';

/**
 * Bull Board over every queue, to look only: the record is PostgreSQL, and a step that is retried or removed here behind its
 * back would contradict it.
 */
export function createBoard(queues: readonly Queue[]): RequestHandler {
  const server = new ExpressAdapter();
  server.setBasePath(boardPath);
  createBullBoard({
    queues: queues.map(
      (queue) =>
        new BullMQAdapter(queue, {
          readOnlyMode: true,
          allowRetries: false,
          externalJobUrl: explanationLink,
        }),
    ),
    serverAdapter: server,
    options: { uiConfig: { boardTitle: 'Pressroom', miscLinks: [{ text: 'Pressroom', url: '/' }] } },
  });
  return server.getRouter() as RequestHandler;
}

/** From a job of the queue to why its own job stands where it stands: the record knows more than the queue. */
function explanationLink({ data }: { readonly data?: unknown }): { href: string; displayText: string } {
  const { jobId } = (typeof data === 'object' && data !== null ? data : {}) as { readonly jobId?: unknown };
  return { href: `/api/admin/jobs/${String(jobId)}/explanation`, displayText: 'Why?' };
}

/** Its own scripts and styles; the fonts that it asks a stranger for stay out. */
export const boardPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
