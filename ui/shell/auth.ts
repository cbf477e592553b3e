/** Who is signed in: keeps the tokens, renews them, and puts them on requests. Nothing else of the interface sees a token. */
import { ApiError } from './answered.ts';

interface Grant {
  access_token: string;
  refresh_token: string;
  /** Seconds that the access token is good for. */
  expires_in: number;
}

const STORED_AT = 'livestreams.refresh_token';

/** Renewed so many seconds before it ends, that no request meets an expired one on a slow line. */
const RENEW_EARLY = 30;

let access: { token: string; until: number } | null = null;
let renewing: Promise<boolean> | null = null;

/** Dispatched on `window` when the user is signed in or out. */
export const SIGNED = 'livestreams-signed';

export function isSignedIn(): boolean {
  return localStorage.getItem(STORED_AT) !== null;
}

export async function signIn(email: string, password: string): Promise<void> {
  keep(await post<Grant>('/v1/auth/login', { email, password }));
}

/** Makes the first owner with the one-time token that the server printed. */
export async function setUp(token: string, owner: { email: string; name: string; password: string }): Promise<void> {
  keep(await post<Grant>('/v1/auth/setup', { token, ...owner }));
}

export async function signOut(): Promise<void> {
  const refresh = localStorage.getItem(STORED_AT);
  forget();
  // The server may be away, or know nothing of the token any more; here the user is signed out in any case.
  if (refresh) await post('/v1/auth/logout', { refresh_token: refresh }).catch(() => undefined);
}

/** `fetch` as the signed-in user. Where the session is over, the user is signed out. */
export async function authorizedFetch(request: Request): Promise<Response> {
  if (!(await renew(false))) throw new ApiError(401, { detail: 'You are signed out.' });
  let answer = await send(request.clone());
  if (answer.status === 401 && (await renew(true))) answer = await send(request);
  if (answer.status === 401) forget();
  return answer;
}

function send(request: Request): Promise<Response> {
  request.headers.set('Authorization', `Bearer ${access?.token}`);
  return fetch(request);
}

/** Answers whether there is a good access token now. Calls at the same time share one renewal: a refresh token works once. */
function renew(force: boolean): Promise<boolean> {
  if (!force && access && Date.now() < access.until) return Promise.resolve(true);
  renewing ??= (async () => {
    const refresh = localStorage.getItem(STORED_AT);
    if (!refresh) return false;
    try {
      keep(await post<Grant>('/v1/auth/refresh', { refresh_token: refresh }), false);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500) throw error;
      forget();
      return false;
    }
  })().finally(() => {
    renewing = null;
  });
  return renewing;
}

function keep(grant: Grant, tell = true): void {
  access = { token: grant.access_token, until: Date.now() + (grant.expires_in - RENEW_EARLY) * 1000 };
  localStorage.setItem(STORED_AT, grant.refresh_token);
  if (tell) window.dispatchEvent(new Event(SIGNED));
}

function forget(): void {
  access = null;
  localStorage.removeItem(STORED_AT);
  window.dispatchEvent(new Event(SIGNED));
}

async function post<T>(path: string, body: object): Promise<T> {
  const answer = await reach(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw await refusal(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Error('The server does not answer. Check your connection.', { cause: error });
  }
}

async function refusal(answer: Response): Promise<ApiError> {
  return new ApiError(answer.status, await answer.json().catch(() => ({})));
}
