/** What other rooms use of accounts. */
export { Accounts, type AccountsOptions, type Grant } from './accounts.ts';
export { accountRoutes } from './routes.ts';
