/** How somebody goes on who has proved who they are: with tokens, or with a session of their browser. */
import type { IncomingHttpHeaders } from 'node:http';
import type { RouteAnswer } from '#plugin-api';
import type { Accounts, SignedIn } from './accounts.ts';
import type { BrowserSessions } from './browser-sessions.ts';

export interface LetIn {
  status: number;
  headers: IncomingHttpHeaders;
  session: 'tokens' | 'cookie' | undefined;
  prove(): Promise<SignedIn>;
}

/** Answers in the way that was asked for. Errors: those of the proof; `LS_ORIGIN_REFUSED` for a cookie on a foreign page. */
export async function letIn(
  { accounts, browserSessions }: { accounts: Accounts; browserSessions: BrowserSessions },
  { status, headers, session, prove }: LetIn,
): Promise<RouteAnswer> {
  if (session !== 'cookie') return { status, body: await accounts.grant(await prove()) };
  // A foreign page must not sign its visitors in as somebody else.
  browserSessions.requireOwnOrigin(headers);
  const { userId, organizationId, provedAt, profile } = await prove();
  // The browser forgets the session that it had.
  await browserSessions.end(headers);
  const cookie = await browserSessions.begin(userId, organizationId, provedAt);
  return { status, body: { organization_id: organizationId, ...profile }, headers: { 'Set-Cookie': cookie } };
}
