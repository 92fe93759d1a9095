import { type ErrorCode, PressroomError } from '@pressroom/domain';

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
