/** The errors of accounts. */
import { defineError } from '#plugin-api';

export const loginFailed = defineError({
  code: 'LS_LOGIN_FAILED',
  status: 401,
  title: 'The e-mail address or the password is wrong',
  fix: 'Check both. Which of them is wrong is not said, so that nobody can find out who has an account.',
});

export const loginThrottled = defineError({
  code: 'LS_LOGIN_THROTTLED',
  status: 429,
  title: 'Too many tries to log in',
  fix: 'Wait for as long as Retry-After says.',
});

export const refreshRefused = defineError({
  code: 'LS_REFRESH_REFUSED',
  status: 401,
  title: 'The refresh token is not valid',
  fix: 'Log in again. A refresh token works once; one that is used twice ends all that came from the same login.',
});

export const apiKeyNotFound = defineError({
  code: 'LS_API_KEY_NOT_FOUND',
  status: 404,
  title: 'No such API key',
  fix: 'List the keys of the organization, GET /v1/api-keys.',
});

export const apiKeyExpiry = defineError({
  code: 'LS_API_KEY_EXPIRY',
  status: 422,
  title: 'The key would have expired before it is made',
  fix: 'State a time in the future, or none.',
});

export const originRefused = defineError({
  code: 'LS_ORIGIN_REFUSED',
  status: 403,
  title: 'A session of a browser may change things from this server’s own pages only',
  fix: 'Open the dashboard at the address that LIVESTREAMS_PUBLIC_URL names; in programs, send a bearer token and no cookie.',
});

export const setupRefused = defineError({
  code: 'LS_SETUP_REFUSED',
  status: 403,
  title: 'The set-up link is not valid',
  fix: 'Restart the server while it has no owner: it prints a new link, good for 24 hours.',
});
