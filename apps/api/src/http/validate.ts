import { PressroomError, type ProblemItem } from '@pressroom/domain';
import type { z } from 'zod';

/** Where a value came from, as the first part of an error's path. */
export type InputPlace = 'path' | 'query' | 'header' | 'body';

/** @throws PressroomError `invalid-request` with every problem in `errors` */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: InputPlace,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidRequest(parsed.error.issues.slice(0, 50).map((issue) => describeIssue(issue, place)));
}

export function invalidRequest(errors: readonly ProblemItem[]): PressroomError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new PressroomError(
    'invalid-request',
    first === undefined ? 'The request is not valid' : `${first.path || 'The body'}: ${first.message}${more}`,
    { facts: { errors } },
  );
}

/** JSON Pointer (RFC 6901). */
export function pointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`)
    .join('');
}

function describeIssue(issue: z.core.$ZodIssue, place: InputPlace): ProblemItem {
  const path = pointer(issue.path);
  return { path: place === 'body' ? path : `${place}${path}`, message: issue.message.slice(0, 500) };
}

/**
 * Refuses text that PostgreSQL cannot store (NUL, lone surrogates) before it becomes an error of ours.
 *
 * @throws PressroomError `invalid-request`
 */
export function refuseUnstorableText(value: unknown, path: readonly PropertyKey[] = []): void {
  if (path.length > 32) throw invalidRequest([{ path: pointer(path), message: 'Nested too deeply' }]);
  if (typeof value === 'string') {
    if (value.includes('\u0000') || !value.isWellFormed()) {
      throw invalidRequest([{ path: pointer(path), message: 'Has characters that are not valid text' }]);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      refuseUnstorableText(key, [...path, '(name)']);
      refuseUnstorableText(inner, [...path, key]);
    }
  }
}
