/** The errors that any route may answer, whatever it is for. */
import { defineError } from '#plugin-api';

export const notFound = defineError({
  code: 'LS_NOT_FOUND',
  status: 404,
  title: 'There is nothing here',
  fix: 'Check the path; GET /v1/openapi.json lists every route.',
});

export const methodNotAllowed = defineError({
  code: 'LS_METHOD_NOT_ALLOWED',
  status: 405,
  title: 'The path does not take this method',
  fix: 'Use one of the methods in the Allow header.',
});

export const bodyMalformed = defineError({
  code: 'LS_BODY_MALFORMED',
  status: 400,
  title: 'The body cannot be read',
  fix: 'Send a JSON object or list, complete and in UTF-8.',
});

export const bodyTooLarge = defineError({
  code: 'LS_BODY_TOO_LARGE',
  status: 413,
  title: 'The body is too large',
  fix: 'Send at most 1 MiB of JSON.',
});

export const mediaTypeUnsupported = defineError({
  code: 'LS_MEDIA_TYPE_UNSUPPORTED',
  status: 415,
  title: 'The body is of a type that is not taken here',
  fix: 'Send JSON with Content-Type: application/json.',
});

export const unauthenticated = defineError({
  code: 'LS_UNAUTHENTICATED',
  status: 401,
  title: 'No valid access token came with the request',
  fix: 'Log in, and send Authorization: Bearer <access token>; refresh the token when it has expired.',
});

export const forbidden = defineError({
  code: 'LS_FORBIDDEN',
  status: 403,
  title: 'The role does not allow this',
  fix: 'Ask an admin or owner of the organization for a higher role.',
});

export const scopeRefused = defineError({
  code: 'LS_SCOPE_REFUSED',
  status: 403,
  title: 'The API key is not for this',
  fix: 'Use a key of the scope, and for the stream, that the detail names; an admin makes it by POST /v1/api-keys.',
});

export const preconditionFailed = defineError({
  code: 'LS_PRECONDITION_FAILED',
  status: 412,
  title: 'The thing was changed since it was read',
  fix: 'Read it again, make the change to what it is now, and send the ETag of that answer as If-Match.',
});

export const idempotencyMismatch = defineError({
  code: 'LS_IDEMPOTENCY_MISMATCH',
  status: 422,
  title: 'The Idempotency-Key was used for another request',
  fix: 'Make a new key for each new request, and repeat a request with its own key unchanged.',
});

export const idempotencyUnreadable = defineError({
  code: 'LS_IDEMPOTENCY_UNREADABLE',
  status: 409,
  title: 'The request was done before, but its answer cannot be read here',
  fix: 'Read what it made from its list. Give all servers of a database the same secrets/idempotency-key.',
});

export const timedOut = defineError({
  code: 'LS_TIMED_OUT',
  status: 503,
  title: 'The answer took too long',
  fix: 'Try again; where it lasts, see the log of the server at this request id.',
});

export const internal = defineError({
  code: 'LS_INTERNAL',
  status: 500,
  title: 'Something failed in the server',
  fix: 'Look for the request id in the log of the server, and report it with what stands there.',
});

export const portUnavailable = defineError({
  code: 'LS_PORT_UNAVAILABLE',
  status: 500,
  title: 'The server cannot listen on its port',
  fix: 'Free the port, or set LIVESTREAMS_HTTP_PORT to another one.',
});
