import { isPressroomError, type Log } from '@pressroom/domain';

/**
 * Says on standard error why the process does not start. An error with a code was made for people: its message and advice
 * are all they need. Any other one goes to the log with its stack.
 */
export function reportStartFailure(name: string, error: unknown, log: Log): void {
  if (isPressroomError(error)) {
    process.stderr.write(`${name} cannot start: ${error.message}\n${error.definition.advice}\n`);
    log.error({ code: error.code }, `${name} cannot start`);
    return;
  }
  process.stderr.write(`${name} cannot start: ${messageOf(error)}\n`);
  log.error({ err: error }, `${name} cannot start`);
}

/** Says on standard error why a process that was up ends. The log has the stack. */
export function reportEnd(name: string, error: unknown): void {
  process.stderr.write(`${name} stops: ${messageOf(error)}\n`);
}

function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' && message !== '' ? message : String(error);
}
