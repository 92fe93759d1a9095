import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorRegistry, type PressroomError, type Problem, type ProblemItem } from '@pressroom/domain';
import { errorStatuses } from './error-statuses.ts';

/** RFC 9457: what went wrong, for programs (`code`) and people. Never a stack, a cause or a foreign message. */
export function problemOf(error: PressroomError, about: { path: string; requestId: string }): Problem {
  const { title, advice } = errorRegistry[error.code];
  const { errors, ...facts } = error.facts ?? {};
  return {
    type: `/problems/${error.code}`,
    title,
    status: errorStatuses[error.code],
    detail: error.message,
    code: error.code,
    advice,
    instance: about.path,
    requestId: about.requestId,
    ...(Array.isArray(errors) ? { errors: errors as ProblemItem[] } : {}),
    ...(Object.keys(facts).length > 0 ? { facts } : {}),
  };
}

/** Answers with the problem and, where the request has not been read to its end, closes the connection after a while. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  error: PressroomError,
  about: { path: string; requestId: string },
): void {
  if (response.headersSent) {
    // Half an answer must not look like a whole one.
    response.destroy();
    return;
  }
  const problem = problemOf(error, about);
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="pressroom"');
  if (error.retryAfterMs !== undefined) {
    response.setHeader('Retry-After', String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000))));
  }
  const body = Buffer.from(JSON.stringify(problem));
  response.statusCode = problem.status;
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Length', body.length);
  if (!request.complete) {
    response.setHeader('Connection', 'close');
    discardRest(request);
  }
  response.end(body);
}

const lingerMs = 5_000;
const lingerBytes = 64 * 1024 * 1024;

/**
 * Reads on for a moment: closing while the client still sends would reset the connection, and the client would see that
 * instead of the answer.
 */
function discardRest(request: IncomingMessage): void {
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    request.socket.destroy();
  };
  const timer = setTimeout(end, lingerMs);
  timer.unref();
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > lingerBytes) end();
  });
  request.once('close', () => clearTimeout(timer));
  request.resume();
}
