/** Routes of one's own account: set-up, login, refresh, logout, and who one is. */
import { type Routes, Type } from '#plugin-api';
import { forbidden, unauthenticated } from '../http/errors.ts';
import { limited, limitFailures } from '../limits/index.ts';
import type { Accounts } from './accounts.ts';
import type { BrowserSessions } from './browser-sessions.ts';
import { browserSessionRequired } from './errors.ts';
import { letIn } from './let-in.ts';
import type { AccountLimits } from './limits.ts';
import { requirePerson } from './organizations.ts';
import {
  Email,
  GrantBody,
  Id,
  Name,
  NewPassword,
  Password,
  ProfileBody,
  Session,
  SignedInBody,
  Token,
} from './schemas.ts';

export interface AccountRoutesOptions {
  accounts: Accounts;
  browserSessions: BrowserSessions;
  accountLimits: AccountLimits;
}

export function accountRoutes(routes: Routes, options: AccountRoutesOptions): void {
  const { accounts, browserSessions, accountLimits: limits } = options;

  routes.route({
    method: 'POST',
    path: '/auth/setup',
    summary: 'Makes the first owner, by the link that the first start prints.',
    access: 'anyone',
    body: Type.Object({ token: Token, email: Email, password: NewPassword, name: Name, session: Session }),
    answers: { 201: SignedInBody },
    async handle({ body: { token, session, ...owner }, headers, remoteAddress }) {
      const prove = () => accounts.setup(token, owner);
      return limitFailures(limits.link(remoteAddress), () => letIn(options, { status: 201, headers, session, prove }));
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/login',
    summary: 'Logs in with e-mail address and password.',
    access: 'anyone',
    body: Type.Object({ email: Type.String({ maxLength: 254 }), password: Password, session: Session }),
    answers: { 200: SignedInBody },
    async handle({ body: { session, ...credentials }, remoteAddress, headers }) {
      const prove = () => accounts.login(credentials);
      return limitFailures(limits.login(credentials.email, remoteAddress), () =>
        letIn(options, { status: 200, headers, session, prove }),
      );
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Takes a refresh token for a new access token and the next refresh token, also in another organization.',
    access: 'anyone',
    body: Type.Object({ refresh_token: Token, organization_id: Type.Optional(Id) }),
    answers: { 200: GrantBody },
    async handle({ body: { refresh_token: token, organization_id: organizationId = null }, remoteAddress }) {
      return limited(limits.refreshFrom(remoteAddress), async () => {
        const userId = await accounts.refreshes(token);
        const ofAccount = userId === null ? [] : limits.refreshOf(userId);
        return limited(ofAccount, async () => ({ status: 200, body: await accounts.refresh(token, organizationId) }));
      });
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/logout',
    summary: 'Ends the login that the refresh token came from, and the session of the cookie.',
    access: 'anyone',
    body: Type.Object({ refresh_token: Type.Optional(Token) }),
    answers: { 204: null },
    async handle({ body, headers }) {
      if (body.refresh_token !== undefined) await accounts.logout(body.refresh_token);
      const cookie = await browserSessions.end(headers);
      return { status: 204, ...(cookie !== null && { headers: { 'Set-Cookie': cookie } }) };
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/logout-everywhere',
    summary: 'Ends every login of the caller, this one included.',
    access: 'viewer',
    answers: { 204: null },
    async handle({ caller, headers }) {
      await accounts.logoutEverywhere(requirePerson(caller).userId);
      const cookie = await browserSessions.end(headers);
      return { status: 204, ...(cookie !== null && { headers: { 'Set-Cookie': cookie } }) };
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/organization',
    summary: 'Goes over to another organization of the caller, with the session of the cookie.',
    access: 'viewer',
    body: Type.Object({ organization_id: Id }),
    answers: { 200: ProfileBody },
    async handle({ body: { organization_id: organizationId }, caller, headers }) {
      const profile = await accounts.enter(requirePerson(caller).userId, organizationId);
      // An access token is good for minutes: it must not be turned into something that lasts.
      if (headers.authorization !== undefined) throw browserSessionRequired('An access token is for one organization.');
      if (!(await browserSessions.enter(headers, organizationId))) throw unauthenticated('The session is over.');
      return { status: 200, body: { organization_id: organizationId, ...profile } };
    },
  });

  routes.route({
    method: 'GET',
    path: '/me',
    summary: 'Who the token stands for.',
    access: 'viewer',
    answers: { 200: ProfileBody },
    async handle({ caller }) {
      if (caller.userId === null) throw forbidden('An API key stands for no person.');
      const profile = await accounts.profile(caller.userId);
      if (!profile) throw unauthenticated('The account of this token is gone.');
      return { status: 200, body: { organization_id: caller.organizationId, ...profile } };
    },
  });

  routes.route({
    method: 'PATCH',
    path: '/me',
    summary: "Changes the caller's own name.",
    access: 'viewer',
    body: Type.Object({ name: Type.Optional(Name) }),
    answers: { 200: ProfileBody },
    async handle({ body: { name }, caller }) {
      const { userId } = requirePerson(caller);
      const profile = name === undefined ? await accounts.profile(userId) : await accounts.rename(userId, name);
      if (!profile) throw unauthenticated('The account of this token is gone.');
      return { status: 200, body: { organization_id: caller.organizationId, ...profile } };
    },
  });

  routes.route({
    method: 'POST',
    path: '/me/password',
    summary: 'Changes the password. Every login of the caller ends; the answer begins a new one.',
    access: 'viewer',
    body: Type.Object({ current_password: Password, new_password: NewPassword }),
    answers: { 200: SignedInBody },
    async handle({ body: { current_password: current, new_password: next }, caller, headers }) {
      const person = { ...requirePerson(caller), organizationId: caller.organizationId };
      const session = headers.authorization === undefined ? 'cookie' : 'tokens';
      const prove = () => accounts.changePassword(person, { current, next });
      return limitFailures(limits.password(person.userId), () =>
        letIn(options, { status: 200, headers, session, prove }),
      );
    },
  });
}
