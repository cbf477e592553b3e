/** What other rooms use of accounts. */
export { AccessTokens } from './access-tokens.ts';
export { Accounts, type Grant } from './accounts.ts';
export { apiKeyRoutes } from './api-key-routes.ts';
export { ApiKeys } from './api-keys.ts';
export { authenticator, member, WRONG_KEYS } from './authenticate.ts';
export { BrowserSessions } from './browser-sessions.ts';
export { invitationRoutes } from './invitation-routes.ts';
export { Invitations } from './invitations.ts';
export { AccountLimits } from './limits.ts';
export { Members } from './members.ts';
export { organizationRoutes } from './organization-routes.ts';
export { Organizations } from './organizations.ts';
export { createOwner, resetPassword } from './owners.ts';
export { accountRoutes } from './routes.ts';
export { type IssuedToken, SignedTokens, type TokenPurpose } from './signed-tokens.ts';
export { rotateKeys, SigningKeys } from './signing-keys.ts';
