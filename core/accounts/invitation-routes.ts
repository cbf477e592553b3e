/** Routes of invitations: for those who invite, and for those who are invited. */
import { listOf, paging, type Routes, readPage, Type } from '#plugin-api';
import { limitFailures } from '../limits/index.ts';
import type { Accounts } from './accounts.ts';
import type { BrowserSessions } from './browser-sessions.ts';
import type { InvitationRow, Invitations } from './invitations.ts';
import { letIn } from './let-in.ts';
import type { AccountLimits } from './limits.ts';
import { requirePerson } from './organizations.ts';
import {
  CreatedInvitationBody,
  InvitationBody,
  InvitationId,
  Name,
  NewInvitation,
  NewPassword,
  OpenInvitationBody,
  OrganizationId,
  Session,
  SignedInBody,
  Token,
} from './schemas.ts';

export interface InvitationRoutesOptions {
  accounts: Accounts;
  browserSessions: BrowserSessions;
  accountLimits: AccountLimits;
  invitations: Invitations;
}

export function invitationRoutes(routes: Routes, options: InvitationRoutesOptions): void {
  const { invitations, accountLimits: limits } = options;

  routes.route({
    method: 'POST',
    path: '/organizations/:id/invitations',
    summary:
      'Invites a person by a link, in the place of an older invitation to the same address. Admins and owners may.',
    access: 'viewer',
    params: OrganizationId,
    body: NewInvitation,
    answers: { 201: CreatedInvitationBody },
    async handle({ params, body: { email, role, expires_in: expiresIn }, caller }) {
      const { row, url } = await invitations.create(requirePerson(caller), params.id, { email, role, expiresIn });
      return { status: 201, body: { ...answer(row), url } };
    },
  });

  routes.route({
    method: 'GET',
    path: '/organizations/:id/invitations',
    summary: 'The open invitations of an organization, newest first, without their links. Admins and owners may.',
    access: 'viewer',
    params: OrganizationId,
    query: Type.Object(paging),
    answers: { 200: listOf(InvitationBody) },
    async handle({ params, query, caller }) {
      const person = requirePerson(caller);
      const { data, next_cursor } = await readPage({
        list: 'invitations',
        query,
        read: (page) => invitations.list(person, params.id, page),
        position: ({ id }) => id,
      });
      return { status: 200, body: { data: data.map(answer), next_cursor } };
    },
  });

  routes.route({
    method: 'DELETE',
    path: '/organizations/:id/invitations/:invitation_id',
    summary: 'Takes an invitation back. Admins and owners may.',
    access: 'viewer',
    params: InvitationId,
    answers: { 204: null },
    async handle({ params, caller }) {
      await invitations.delete(requirePerson(caller), params.id, params.invitation_id);
      return { status: 204 };
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/invitation',
    summary: 'What the link of an invitation is to. Uses nothing up.',
    access: 'anyone',
    body: Type.Object({ token: Token }),
    answers: { 200: OpenInvitationBody },
    async handle({ body, remoteAddress }) {
      return limitFailures(limits.link(remoteAddress), async () => {
        const { id: _, expires_at, ...rest } = await invitations.find(body.token);
        return { status: 200, body: { ...rest, expires_at: expires_at.toISOString() } };
      });
    },
  });

  routes.route({
    method: 'POST',
    path: '/auth/accept-invitation',
    summary:
      'Makes the person a member, and logs them in. For an account that exists, its password or its login; for a new one, a name and a password.',
    access: 'anyone',
    body: Type.Object({
      token: Token,
      name: Type.Optional(Name),
      password: Type.Optional(NewPassword),
      session: Session,
    }),
    answers: { 201: SignedInBody },
    async handle({ body: { session, ...acceptance }, caller, headers, remoteAddress }) {
      return limitFailures(limits.link(remoteAddress), async () => {
        // Whoever invites somebody must not guess their password here.
        const { email } = await invitations.find(acceptance.token);
        const prove = () => invitations.accept(acceptance, caller?.userId ?? null);
        return limitFailures(limits.login(email, remoteAddress), () =>
          letIn(options, { status: 201, headers, session, prove }),
        );
      });
    },
  });
}

function answer({ organization_id: _, expires_at, created_at, ...rest }: InvitationRow) {
  return { ...rest, expires_at: expires_at.toISOString(), created_at: created_at.toISOString() };
}
