import { isPressroomError, PressroomError } from '@pressroom/domain';

export function tooLarge(what: string, maxBytes: number): PressroomError {
  return new PressroomError('asset-too-large', `${what} has more than ${maxBytes} bytes`, {
    facts: { maxBytes },
  });
}

export function missing(key: string, cause?: unknown): PressroomError {
  return new PressroomError('asset-missing', `There is no file ${key} in the store`, { cause });
}

export function rangeNotSatisfiable(key: string, bytes: number | undefined, cause?: unknown): PressroomError {
  return new PressroomError('range-not-satisfiable', `The range is outside ${key}`, {
    cause,
    ...(bytes === undefined ? {} : { facts: { bytes } }),
  });
}

/** An error of the file system by its meaning for the caller; errors that already have a code of ours pass. */
export function fileError(what: string, cause: unknown): PressroomError {
  if (isPressroomError(cause)) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new PressroomError('storage-full', `Cannot ${what}: no space is left`, { cause });
  }
  return new PressroomError('storage-unavailable', `Cannot ${what}: ${code}`, { cause });
}

/** True for what the file system says of a path that is not there. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
