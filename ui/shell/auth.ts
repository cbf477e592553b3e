/** Who is signed in. The browser keeps the session in a cookie that no script can read; here is only what the server says of it. */
import { ApiError, answered } from './answered.ts';
import { api, type Profile, type Role, SIGNED } from './api.ts';
import { followAnew } from './live-events.ts';

export interface Person {
  user: Profile['user'];
  /** The one that the session acts in. */
  organization: Profile['organizations'][number];
  /** All that the person is a member of. */
  organizations: Profile['organizations'];
}

let person: Person | null = null;

/** Calls `act` when the answer of `readPerson` may have changed; answers the end of it. */
export function onSigned(act: () => void): () => void {
  window.addEventListener(SIGNED, act);
  return () => window.removeEventListener(SIGNED, act);
}

function tell(): void {
  window.dispatchEvent(new Event(SIGNED));
}

/** Null where nobody is signed in. */
export async function readPerson(signal: AbortSignal): Promise<Person | null> {
  person = await answered(api.GET('/v1/me', { signal })).then(personOf, (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  });
  return person;
}

function personOf({ user, organizations, organization_id: id }: Profile): Person | null {
  const organization = organizations.find((candidate) => candidate.id === id);
  return organization ? { user, organization, organizations } : null;
}

const RANKS: Role[] = ['viewer', 'creator', 'admin', 'owner'];

/** Whether the person who is signed in has this role or a higher one; what they may not do is not offered. */
export function may(role: Role): boolean {
  return person !== null && RANKS.indexOf(person.organization.role) >= RANKS.indexOf(role);
}

/** Id of the person who is signed in. */
export function ownId(): string | null {
  return person?.user.id ?? null;
}

const COOKIE = { session: 'cookie' } as const;

export async function signIn(email: string, password: string): Promise<void> {
  await answered(api.POST('/v1/auth/login', { body: { email, password, ...COOKIE } }));
  tell();
}

/** Makes the first owner with the one-time token that the server printed. */
export async function setUp(token: string, owner: { email: string; name: string; password: string }): Promise<void> {
  await answered(api.POST('/v1/auth/setup', { body: { token, ...owner, ...COOKIE } }));
  tell();
}

export async function signOut(): Promise<void> {
  await answered(api.POST('/v1/auth/logout', { body: {} }));
  tell();
}

/** Acts in another organization of the person's from now on. */
export async function switchTo(organizationId: string): Promise<void> {
  await answered(api.POST('/v1/auth/organization', { body: { organization_id: organizationId } }));
  followAnew();
  tell();
}

/** The person's own words about themselves have changed. */
export function personChanged(): void {
  tell();
}

/** Id of the organization that the person acts in. Only for what is shown to somebody who is signed in. */
export function organizationId(): string {
  if (!person) throw new Error('Nobody is signed in.');
  return person.organization.id;
}

/** Roles that the person may give to others, and take from them; the highest first. */
export function grantable(): Role[] {
  if (may('owner')) return ['owner', 'admin', 'creator', 'viewer'];
  return may('admin') ? ['admin', 'creator', 'viewer'] : [];
}

/** Only for what is shown to somebody who is signed in. */
export function ownUser(): Person['user'] {
  if (!person) throw new Error('Nobody is signed in.');
  return person.user;
}

export function ownOrganizations(): Person['organizations'] {
  return person?.organizations ?? [];
}

/** Ends every session and token of the person, this one included. */
export async function signOutEverywhere(): Promise<void> {
  await answered(api.POST('/v1/auth/logout-everywhere'));
  tell();
}

/** Makes the person who was invited a member, and signs them in there. */
export async function acceptInvitation(token: string, proof: { name?: string; password?: string }): Promise<void> {
  await answered(api.POST('/v1/auth/accept-invitation', { body: { token, ...proof, ...COOKIE } }));
  followAnew();
  tell();
}
