import { PressroomApiError } from '@pressroom/client';

/** Why a file could not be uploaded, in words for whoever named it. */
export function explainUpload(error: unknown): string {
  if (error instanceof PressroomApiError) return `${error.detail}. ${error.advice}`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder. Name the files in it, as in folder/*.jpg';
  if (code === 'EACCES') return 'it may not be read';
  return message;
}
