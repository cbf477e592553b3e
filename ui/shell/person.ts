/** Who is signed in, in which organization, and what they may do there: as far as the server says it. */
import { ApiError, answered } from './answered.ts';
import { api, type Profile, type Role, SIGNED } from './api.ts';

export interface Person {
  user: Profile['user'];
  /** The one that the session acts in. */
  organization: Profile['organizations'][number];
  /** All that the person is a member of. */
  organizations: Profile['organizations'];
}

/** The last one who was: what is still on the screen when they go is theirs. */
let person: Person | null = null;

/** Calls `act` when the answer of `readPerson` may have changed; answers the end of it. */
export function onPersonChanged(act: () => void): () => void {
  window.addEventListener(SIGNED, act);
  return () => window.removeEventListener(SIGNED, act);
}

/** Somebody has come or gone, acts in another organization, or has another name or role. */
export function personChanged(): void {
  window.dispatchEvent(new Event(SIGNED));
}

/** Null where nobody is signed in. */
export async function readPerson(signal: AbortSignal | null = null): Promise<Person | null> {
  const present = await answered(api.GET('/v1/me', { signal })).then(personOf, (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  });
  person = present ?? person;
  return present;
}

function personOf({ user, organizations, organization_id: id }: Profile): Person | null {
  const organization = organizations.find((candidate) => candidate.id === id);
  return organization ? { user, organization, organizations } : null;
}

const RANKS: Role[] = ['viewer', 'creator', 'admin', 'owner'];

/** Whether the person has this role or a higher one; what they may not do is not offered. */
export function may(role: Role): boolean {
  return person !== null && RANKS.indexOf(person.organization.role) >= RANKS.indexOf(role);
}

/** Roles that the person may give to others, and take from them; the highest first. */
export function grantable(): Role[] {
  if (may('owner')) return ['owner', 'admin', 'creator', 'viewer'];
  return may('admin') ? ['admin', 'creator', 'viewer'] : [];
}

/** The person who is signed in; only for what is shown to them. Throws where there is nobody. */
export function signedIn(): Person {
  if (!person) throw new Error('Nobody is signed in.');
  return person;
}
