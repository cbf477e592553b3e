/** Routes of organizations and their members. The role that counts is the one in the organization of the path. */
import { listOf, paging, type Routes, readPage, Type } from '#plugin-api';
import type { MemberRow, Members } from './members.ts';
import { type Membership, type Organizations, requirePerson } from './organizations.ts';
import { MemberBody, MemberId, Name, OrganizationBody, OrganizationId, RoleName } from './schemas.ts';

export interface OrganizationRoutesOptions {
  organizations: Organizations;
  members: Members;
}

export function organizationRoutes(routes: Routes, { organizations, members }: OrganizationRoutesOptions): void {
  routes.route({
    method: 'POST',
    path: '/organizations',
    summary: 'Makes an organization, of which the caller is the owner.',
    access: 'viewer',
    body: Type.Object({ name: Name }),
    answers: { 201: OrganizationBody },
    async handle({ body, caller }) {
      const made = await organizations.create(requirePerson(caller), body.name);
      return { status: 201, headers: { Location: `/v1/organizations/${made.id}` }, body: organizationAnswer(made) };
    },
  });

  routes.route({
    method: 'GET',
    path: '/organizations',
    summary: 'The organizations of the caller, newest first.',
    access: 'viewer',
    query: Type.Object(paging),
    answers: { 200: listOf(OrganizationBody) },
    async handle({ query, caller }) {
      const { data, next_cursor } = await readPage({
        list: 'organizations',
        query,
        read: (page) => organizations.list(caller, page),
        position: ({ id }) => id,
      });
      return { status: 200, body: { data: data.map(organizationAnswer), next_cursor } };
    },
  });

  routes.route({
    method: 'GET',
    path: '/organizations/:id',
    summary: 'One organization.',
    access: 'viewer',
    versioned: true,
    params: OrganizationId,
    answers: { 200: OrganizationBody },
    async handle({ params, caller }) {
      const found = await organizations.get(caller, params.id);
      return { status: 200, body: organizationAnswer(found), version: versionOf(found) };
    },
  });

  routes.route({
    method: 'PATCH',
    path: '/organizations/:id',
    summary: 'Renames an organization. Its admins and owners may.',
    access: 'viewer',
    versioned: true,
    params: OrganizationId,
    body: Type.Object({ name: Type.Optional(Name) }),
    answers: { 200: OrganizationBody },
    async handle({ params, body, caller, ifMatch }) {
      const check = (present: Membership) => ifMatch(versionOf(present));
      const changed = await organizations.update(requirePerson(caller), params.id, body, check);
      return { status: 200, body: organizationAnswer(changed), version: versionOf(changed) };
    },
  });

  routes.route({
    method: 'GET',
    path: '/organizations/:id/members',
    summary: 'The members of an organization.',
    access: 'viewer',
    params: OrganizationId,
    query: Type.Object(paging),
    answers: { 200: listOf(MemberBody) },
    async handle({ params, query, caller }) {
      const person = requirePerson(caller);
      const { data, next_cursor } = await readPage({
        list: 'members',
        query,
        read: (page) => members.list(person, params.id, page),
        position: ({ user_id }) => user_id,
      });
      return { status: 200, body: { data: data.map(memberAnswer), next_cursor } };
    },
  });

  routes.route({
    method: 'PATCH',
    path: '/organizations/:id/members/:user_id',
    summary: 'Changes the role of a member. Admins and owners may; what concerns owners, only owners.',
    access: 'viewer',
    params: MemberId,
    body: Type.Object({ role: RoleName }),
    answers: { 200: MemberBody },
    async handle({ params, body, caller }) {
      const changed = await members.changeRole(requirePerson(caller), params.id, params.user_id, body.role);
      return { status: 200, body: memberAnswer(changed) };
    },
  });

  routes.route({
    method: 'DELETE',
    path: '/organizations/:id/members/:user_id',
    summary: 'Lets the caller leave, or removes another member: admins and owners may; owners, only owners.',
    access: 'viewer',
    params: MemberId,
    answers: { 204: null },
    async handle({ params, caller }) {
      await members.remove(requirePerson(caller), params.id, params.user_id);
      return { status: 204 };
    },
  });
}

/** What an edit changes. The caller's role is no part of it. */
function versionOf({ id, name }: Membership) {
  return { id, name };
}

function organizationAnswer({ created_at, ...rest }: Membership) {
  return { ...rest, created_at: created_at.toISOString() };
}

function memberAnswer({ created_at, ...rest }: MemberRow) {
  return { ...rest, created_at: created_at.toISOString() };
}
