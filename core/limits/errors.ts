/** The error of who tries too often. */
import { defineError } from '#plugin-api';

export const rateLimited = defineError({
  code: 'LS_RATE_LIMITED',
  status: 429,
  title: 'Too many tries',
  fix: 'Wait for as many seconds as Retry-After says.',
});
