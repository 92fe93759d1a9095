import { isSecretField, redacted } from './redact.ts';

const maxDepth = 8;
const maxEntries = 100;
const maxText = 8_192;

/**
 * Any value as plain data for one log line: secrets replaced by name, errors with code and causes, and everything bounded,
 * so that a log call can neither leak, nor throw, nor write a megabyte.
 */
export function loggable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return shorten(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[too deep]';
  if (isErrorLike(value)) return loggableError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) {
    const shown = value.slice(0, maxEntries).map((item) => loggable(item, depth + 1));
    return value.length > maxEntries ? [...shown, `[${value.length - maxEntries} more]`] : shown;
  }
  return loggableFields(value, depth);
}

/** The fields of a log call or of a child logger. */
export function loggableFields(fields: object, depth = 0): Record<string, unknown> {
  if (isErrorLike(fields)) return { err: loggableError(fields, depth) };
  const source = plainForm(fields);
  if (typeof source !== 'object' || source === null) return { value: loggable(source, depth + 1) };
  const entries = Object.entries(source).slice(0, maxEntries);
  return Object.fromEntries(
    entries.map(([name, inner]) => [
      name,
      isSecretField(name, inner) ? redacted : loggable(inner, depth + 1),
    ]),
  );
}

/** Objects that know how they want to be written (URL, Map wrappers, a configuration) are asked. */
function plainForm(value: object): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== 'function') return value;
  try {
    return toJSON.call(value);
  } catch {
    return '[not serialisable]';
  }
}

interface ErrorLike {
  readonly name?: unknown;
  readonly message: string;
  readonly stack: string;
  readonly code?: unknown;
  readonly facts?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** By shape: errors from another realm or module copy are not `instanceof Error`. */
function isErrorLike(value: object): value is ErrorLike {
  const { message, stack } = value as { message?: unknown; stack?: unknown };
  return typeof message === 'string' && typeof stack === 'string';
}

function loggableError(error: ErrorLike, depth: number): Record<string, unknown> {
  const causes = Array.isArray(error.errors) ? error.errors : undefined;
  const shown = showable(error.message);
  return {
    type: typeof error.name === 'string' ? error.name : 'Error',
    ...(error.code === undefined ? {} : { code: loggable(error.code, depth + 1) }),
    message: shorten(shown),
    stack: shorten(error.stack.replace(error.message, () => shown)),
    ...(error.facts === undefined ? {} : { facts: loggable(error.facts, depth + 1) }),
    ...(error.cause === undefined ? {} : { cause: loggable(error.cause, depth + 1) }),
    ...(causes === undefined ? {} : { errors: loggable(causes, depth + 1) }),
  };
}

/** What a failed statement was given is what somebody typed or what nobody may know: titles, names, hashes of keys. */
function showable(message: string): string {
  return message.replace(/^(Failed query: .*?)\nparams: .*$/s, '$1');
}

function shorten(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText)}… [${text.length - maxText} more]`;
}
