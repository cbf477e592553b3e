/** Routes of accounts: set-up, login, refresh, logout, and who one is. */
import type { IncomingHttpHeaders } from 'node:http';
import { type RouteAnswer, type Routes, Type } from '#plugin-api';
import { forbidden, notFound, unauthenticated } from '../http/errors.ts';
import type { Accounts, SignedIn } from './accounts.ts';
import type { BrowserSessions } from './browser-sessions.ts';

const Email = Type.String({ format: 'email', maxLength: 254 });
/** Long enough for any pass phrase; short enough to be hashed at no special cost. */
const NewPassword = Type.String({ minLength: 8, maxLength: 200 });
const Token = Type.String({ minLength: 1, maxLength: 200 });

const ProfileBody = Type.Object({
  organization_id: Type.String({ description: 'The organization that the caller acts in.' }),
  user: Type.Object({ id: Type.String(), email: Type.String(), name: Type.String() }),
  organizations: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      role: Type.Enum(['owner', 'admin', 'creator', 'viewer']),
    }),
  ),
});
const GrantBody = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String({ description: 'Works once; each refresh answers the next one.' }),
  expires_in: Type.Integer({ description: 'Seconds that the access token lives.' }),
  ...ProfileBody.properties,
});

const Session = Type.Optional(
  Type.Enum(['tokens', 'cookie'], {
    default: 'tokens',
    description:
      'How the caller goes on: with tokens in the answer, or with a cookie, which is for browsers and keeps out scripts.',
  }),
);
/** With a cookie there is nothing in the answer that a script could take away. */
const SignedInBody = Type.Union([GrantBody, ProfileBody]);

export interface AccountRoutesOptions {
  accounts: Accounts;
  browserSessions: BrowserSessions;
}

export function accountRoutes(routes: Routes, { accounts, browserSessions }: AccountRoutesOptions): void {
  /** Lets somebody in who has proved who they are, in the way that was asked for. */
  const letIn = async (
    status: number,
    headers: IncomingHttpHeaders,
    session: 'tokens' | 'cookie' | undefined,
    prove: () => Promise<SignedIn>,
  ): Promise<RouteAnswer> => {
    if (session !== 'cookie') return { status, body: await accounts.grant(await prove()) };
    // A foreign page must not sign its visitors in as somebody else.
    browserSessions.requireOwnOrigin(headers);
    const { userId, organizationId, profile } = await prove();
    const cookie = await browserSessions.begin(userId, organizationId);
    return { status, body: { organization_id: organizationId, ...profile }, headers: { 'Set-Cookie': cookie } };
  };

  routes.route({
    method: 'POST',
    path: '/auth/setup',
    summary: 'Makes the first owner, by the link that the first start prints.',
    access: 'anyone',
    body: Type.Object({
      token: Token,
      email: Email,
      password: NewPassword,
      name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f]*$' }),
      session: Session,
    }),
    answers: { 201: SignedInBody },
    async handle({ body: { token, session, ...owner }, headers }) {
      return letIn(201, headers, session, () => accounts.setup(token, owner));
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/login',
    summary: 'Logs in with e-mail address and password.',
    access: 'anyone',
    body: Type.Object({
      email: Type.String({ maxLength: 254 }),
      password: Type.String({ maxLength: 200 }),
      session: Session,
    }),
    answers: { 200: SignedInBody },
    async handle({ body: { session, ...credentials }, remoteAddress, headers }) {
      return letIn(200, headers, session, () => accounts.login(credentials, remoteAddress));
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Takes a refresh token for a new access token and the next refresh token.',
    access: 'anyone',
    body: Type.Object({ refresh_token: Token }),
    answers: { 200: GrantBody },
    async handle({ body }) {
      return { status: 200, body: await accounts.refresh(body.refresh_token) };
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
    path: '/auth/organization',
    summary: 'Goes over to another organization of the caller: the session of the cookie, or with new tokens.',
    access: 'viewer',
    body: Type.Object({ organization_id: Type.String({ maxLength: 64 }) }),
    answers: { 200: SignedInBody },
    async handle({ body: { organization_id: organizationId }, caller: { userId }, headers }) {
      if (userId === null) throw forbidden('An API key is of one organization.');
      const profile = await accounts.profile(userId);
      if (!profile?.organizations.some(({ id }) => id === organizationId)) {
        throw notFound(`You are a member of no organization ${organizationId}.`);
      }
      if (headers.authorization !== undefined) {
        return { status: 200, body: await accounts.grant({ userId, organizationId, profile }) };
      }
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
}
