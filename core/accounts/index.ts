/** What other rooms use of accounts. */
export { AccessTokens } from './access-tokens.ts';
export { Accounts, type AccountsOptions, type Grant } from './accounts.ts';
export { apiKeyRoutes } from './api-key-routes.ts';
export { ApiKeys } from './api-keys.ts';
export { authenticator, WRONG_KEYS } from './authenticate.ts';
export { BrowserSessions } from './browser-sessions.ts';
export { accountRoutes } from './routes.ts';
export { type IssuedToken, SignedTokens, type TokenPurpose } from './signed-tokens.ts';
export { rotateKeys, SigningKeys } from './signing-keys.ts';
