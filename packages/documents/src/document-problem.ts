import type { ErrorCode } from '@pressroom/domain';
// Only this part: the process that reads a document starts in half the time without the schemas of the API.
import { PressroomError } from '@pressroom/domain/errors';

/** The errors by which reading a document can end. */
export type DocumentErrorCode = Extract<
  ErrorCode,
  | 'document-encrypted'
  | 'document-without-text'
  | 'document-corrupt'
  | 'document-too-large'
  | 'document-too-complex'
  | 'unsupported-type'
  | 'internal'
>;

export function documentProblem(code: DocumentErrorCode, message: string, cause?: unknown): PressroomError {
  return new PressroomError(code, message, cause === undefined ? {} : { cause });
}
