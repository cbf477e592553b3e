/** What an S3 store says went wrong, as storage says it. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { storageBadRange, storageUnreachable } from './errors.ts';

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** Bytes were asked for that the object does not have. */
export function isOutOfRange(error: unknown): boolean {
  return statusOf(error) === 416;
}

/** Nothing is there. The bucket itself missing is trouble with the store, not the absence of one key. */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && (error as S3ServiceException).name !== 'NoSuchBucket';
}

/** The store's own words; they hold no secret. */
export function storeFailure(error: unknown, key: string): unknown {
  if (!(error instanceof Error)) return error;
  // A checked key was refused before anything was sent.
  if ('kind' in error) return error;
  const words = error instanceof S3ServiceException ? `${error.name} ${statusOf(error) ?? ''}`.trim() : error.message;
  return storageUnreachable(`The store did not answer for ${key}: ${words || error.name}.`, {}, { cause: error });
}

export function badRange(key: string, { start, end }: { start: number; end?: number }): Error {
  return storageBadRange(`Bytes ${start} to ${end ?? 'the end'} are not within ${key}.`);
}
