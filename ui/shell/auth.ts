/** Coming in and going out. The browser keeps the session in a cookie that no script can read. */
import { answered } from './answered.ts';
import { api } from './api.ts';
import { personChanged } from './person.ts';

const COOKIE = { session: 'cookie' } as const;

/** The dashboard in other tabs and windows of this browser, where the session is the same. */
const tabs = new BroadcastChannel('livestreams-session');
tabs.onmessage = personChanged;

function sessionChanged(): void {
  personChanged();
  tabs.postMessage(null);
}

export async function signIn(email: string, password: string): Promise<void> {
  await answered(api.POST('/v1/auth/login', { body: { email, password, ...COOKIE } }));
  sessionChanged();
}

/** Makes the first owner with the one-time token that the server printed. */
export async function setUp(token: string, owner: { email: string; name: string; password: string }): Promise<void> {
  await answered(api.POST('/v1/auth/setup', { body: { token, ...owner, ...COOKIE } }));
  sessionChanged();
}

/** Makes the person who was invited a member, and signs them in there. */
export async function acceptInvitation(token: string, proof: { name?: string; password?: string }): Promise<void> {
  await answered(api.POST('/v1/auth/accept-invitation', { body: { token, ...proof, ...COOKIE } }));
  sessionChanged();
}

/** Acts in another organization of the person's from now on. */
export async function switchTo(organizationId: string): Promise<void> {
  await answered(api.POST('/v1/auth/organization', { body: { organization_id: organizationId } }));
  sessionChanged();
}

export async function signOut(): Promise<void> {
  await answered(api.POST('/v1/auth/logout', { body: {} }));
  sessionChanged();
}

/** Ends every session and token of the person, this one included. */
export async function signOutEverywhere(): Promise<void> {
  await answered(api.POST('/v1/auth/logout-everywhere'));
  sessionChanged();
}
