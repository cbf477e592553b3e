/** What can go wrong with stored bytes. */
import { defineError } from '#plugin-api';

export const storageNotFound = defineError({
  code: 'LS_STORAGE_NOT_FOUND',
  status: 404,
  title: 'Nothing is stored there',
  fix: 'It may have been deleted; ask for what refers to it again.',
});

export const storageBadKey = defineError({
  code: 'LS_STORAGE_BAD_KEY',
  status: 400,
  title: 'Not a storage key',
  fix: 'Use segments of letters, digits, ".", "_" and "-", separated by "/"; none may be "." or "..".',
});

export const storageBadRange = defineError({
  code: 'LS_STORAGE_BAD_RANGE',
  status: 416,
  title: 'The range is not within what is stored',
  fix: 'Ask for bytes from 0 up to the size less one.',
});

export const storageFailed = defineError({
  code: 'LS_STORAGE_FAILED',
  status: 503,
  title: 'The storage does not work',
  fix: 'Check the free space and the permissions of the data folder.',
});

export const storageTaken = defineError({
  code: 'LS_STORAGE_TAKEN',
  status: 409,
  title: 'Somebody else goes on with what grows there',
  fix: 'Open it again to go on from where the other one is.',
});

export const storageUnreachable = defineError({
  code: 'LS_STORAGE_UNREACHABLE',
  status: 503,
  title: 'The object store does not work',
  fix: 'Run `npx livestreams doctor`: it says whether the store is reached, knows the bucket and takes the keys.',
});

export const storageTooLarge = defineError({
  code: 'LS_STORAGE_TOO_LARGE',
  status: 413,
  title: 'More than the object store takes as one object',
  fix: 'Go on under another key: one may grow to 156 GiB.',
});
