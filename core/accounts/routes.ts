/** Routes of accounts: set-up, login, refresh, logout, and who one is. */
import { type Routes, Type } from '#plugin-api';
import { forbidden, unauthenticated } from '../http/errors.ts';
import type { Accounts } from './accounts.ts';

const Email = Type.String({ format: 'email', maxLength: 254 });
/** Long enough for any pass phrase; short enough to be hashed at no special cost. */
const NewPassword = Type.String({ minLength: 8, maxLength: 200 });
const Token = Type.String({ minLength: 1, maxLength: 200 });

const ProfileBody = Type.Object({
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

export function accountRoutes(routes: Routes, accounts: Accounts): void {
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
    }),
    answers: { 201: GrantBody },
    async handle({ body: { token, ...owner } }) {
      return { status: 201, body: await accounts.setup(token, owner) };
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/login',
    summary: 'Logs in with e-mail address and password.',
    access: 'anyone',
    body: Type.Object({ email: Type.String({ maxLength: 254 }), password: Type.String({ maxLength: 200 }) }),
    answers: { 200: GrantBody },
    async handle({ body, remoteAddress }) {
      return { status: 200, body: await accounts.login(body, remoteAddress) };
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
    summary: 'Ends the login that the refresh token came from.',
    access: 'anyone',
    body: Type.Object({ refresh_token: Token }),
    answers: { 204: null },
    async handle({ body }) {
      await accounts.logout(body.refresh_token);
      return { status: 204 };
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
      return { status: 200, body: profile };
    },
  });
}
