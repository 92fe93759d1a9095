import { isDatabaseLoss } from '@pressroom/database';
import { isPressroomError, PressroomError, toPressroomError } from '@pressroom/domain';

/** Any error that reaches the edge, as one with a code: what Express, its body parser and the database driver throw has none. */
export function classifyError(error: unknown): PressroomError {
  if (isPressroomError(error)) return error;
  return fromBodyParser(error) ?? fromDatabase(error) ?? toPressroomError(error);
}

function fromBodyParser(error: unknown): PressroomError | undefined {
  const { type, status, limit } = (error ?? {}) as { type?: unknown; status?: unknown; limit?: unknown };
  const options = { cause: error };
  switch (type) {
    case 'entity.too.large':
      return new PressroomError(
        'body-too-large',
        `The body may have ${String(limit)} bytes at most`,
        options,
      );
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new PressroomError(
        'unsupported-content-type',
        'Send UTF-8, plain or with gzip, deflate or br',
        options,
      );
    case 'entity.parse.failed':
      return new PressroomError('invalid-request', 'The body is not valid JSON', options);
    case 'request.aborted':
    case 'request.size.invalid':
      return new PressroomError('invalid-request', 'The body has another length than announced', options);
  }
  // The router's own refusals, such as a path that is not valid percent-encoding.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new PressroomError('invalid-request', 'The request cannot be read', options);
  }
  return undefined;
}

function fromDatabase(error: unknown): PressroomError | undefined {
  if (!isDatabaseLoss(error)) return undefined;
  return new PressroomError('database-unavailable', 'The database does not answer at the moment', {
    cause: error,
    retryAfterMs: 2_000,
  });
}
