import { isPressroomError, PressroomError } from '@pressroom/domain';
import { missing, rangeNotSatisfiable } from './storage-errors.ts';

interface S3Error {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const fullNames = new Set([
  'XMinioStorageFull',
  'QuotaExceeded',
  'InsufficientStorage',
  'InsufficientCapacity',
]);

/** An error of the S3 client by its meaning for the caller. The client's own message stays in `cause`: it may name keys. */
export function s3Error(what: string, key: string, error: unknown): PressroomError {
  if (isPressroomError(error)) return error;
  const { name, code, $metadata } = (error ?? {}) as S3Error;
  const status = $metadata?.httpStatusCode;
  if (isS3Missing(error)) return missing(key, error);
  if (status === 416 || name === 'InvalidRange') return rangeNotSatisfiable(key, undefined, error);
  if (status === 507 || (name !== undefined && fullNames.has(name))) {
    return new PressroomError('storage-full', `Cannot ${what}: the bucket is full`, { cause: error });
  }
  const fact = [status, code ?? name].filter((part) => part !== undefined).join(' ');
  return new PressroomError('storage-unavailable', `Cannot ${what}: ${fact || 'unknown error'}`, {
    cause: error,
  });
}

/** The object is not there. A bucket that is not there is another matter: nobody's file was lost. */
export function isS3Missing(error: unknown): boolean {
  const { name, $metadata } = (error ?? {}) as S3Error;
  if (name === 'NoSuchBucket') return false;
  return name === 'NoSuchKey' || name === 'NotFound' || $metadata?.httpStatusCode === 404;
}
