/** The errors of accounts. */
import { defineError } from '#plugin-api';

export const loginFailed = defineError({
  code: 'LS_LOGIN_FAILED',
  status: 401,
  title: 'The e-mail address or the password is wrong',
  fix: 'Check both. Which of them is wrong is not said, so that nobody can find out who has an account.',
});

export const loginBusy = defineError({
  code: 'LS_LOGIN_BUSY',
  status: 503,
  title: 'Too many log in at this moment',
  fix: 'Try again in a few seconds.',
});

export const noOrganization = defineError({
  code: 'LS_NO_ORGANIZATION',
  status: 403,
  title: 'The account is in no organization any more',
  fix: 'Ask an admin of an organization for an invitation; accepting it takes the same password.',
});

export const passwordWrong = defineError({
  code: 'LS_PASSWORD_WRONG',
  status: 403,
  title: 'The current password is wrong',
  fix: 'Check it. Who has forgotten it asks whoever runs the server: livestreams owner reset-password.',
});

export const browserSessionRequired = defineError({
  code: 'LS_BROWSER_SESSION_REQUIRED',
  status: 403,
  title: 'Only the session of a browser goes over to another organization in this way',
  fix: 'With tokens, send organization_id to POST /v1/auth/refresh.',
});

export const refreshRefused = defineError({
  code: 'LS_REFRESH_REFUSED',
  status: 401,
  title: 'The refresh token is not valid',
  fix: 'Log in again. A refresh token works once; one that is used again later ends all that came from the same login.',
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

export const accountExists = defineError({
  code: 'LS_ACCOUNT_EXISTS',
  status: 409,
  title: 'There is an account with this e-mail address',
  fix: 'Log in with it, or take another address. livestreams owner reset-password sets a new password.',
});

export const accountNotFound = defineError({
  code: 'LS_ACCOUNT_NOT_FOUND',
  status: 404,
  title: 'No account has this e-mail address',
  fix: 'Check the address. livestreams owner create makes an account.',
});

export const organizationNotFound = defineError({
  code: 'LS_ORGANIZATION_NOT_FOUND',
  status: 404,
  title: 'No such organization',
  fix: 'GET /v1/organizations lists those that you are a member of; of others nobody is told.',
});

export const memberNotFound = defineError({
  code: 'LS_MEMBER_NOT_FOUND',
  status: 404,
  title: 'No such member',
  fix: 'GET /v1/organizations/:id/members lists them.',
});

export const memberExists = defineError({
  code: 'LS_MEMBER_EXISTS',
  status: 409,
  title: 'The person is a member already',
  fix: 'Change the role of the member instead.',
});

export const lastOwner = defineError({
  code: 'LS_LAST_OWNER',
  status: 409,
  title: 'An organization keeps at least one owner',
  fix: 'Make another member an owner first.',
});

export const invitationNotFound = defineError({
  code: 'LS_INVITATION_NOT_FOUND',
  status: 404,
  title: 'No such invitation',
  fix: 'GET /v1/organizations/:id/invitations lists those that are open.',
});

export const invitationRefused = defineError({
  code: 'LS_INVITATION_REFUSED',
  status: 403,
  title: 'The invitation is not valid',
  fix: 'Ask who invited you for another: a link works once, and until its time.',
});

export const invitationNeedsLogin = defineError({
  code: 'LS_INVITATION_NEEDS_LOGIN',
  status: 403,
  title: 'The invitation is for an account that exists',
  fix: 'Log in to it first, or send its password.',
});
