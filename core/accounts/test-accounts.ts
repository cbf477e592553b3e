/** The rooms of accounts behind a real HTTP server and Postgres, for the tests of this room: one organization and its owner. */
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog } from '../../test/support/log.ts';
import { EventLog } from '../events/log.ts';
import { createHttp, createMetrics, type Http, RouteTable } from '../http/index.ts';
import { Limits } from '../limits/index.ts';
import {
  AccessTokens,
  AccountLimits,
  Accounts,
  ApiKeys,
  accountRoutes,
  apiKeyRoutes,
  authenticator,
  BrowserSessions,
  Invitations,
  invitationRoutes,
  Members,
  Organizations,
  organizationRoutes,
  SignedTokens,
  SigningKeys,
  WRONG_KEYS,
} from './index.ts';

export const HOME = 'https://live.example';

export class TestAccounts {
  readonly database: TestDatabase;
  readonly tokens: SignedTokens;
  readonly accessTokens: AccessTokens;
  readonly apiKeys: ApiKeys;
  readonly browserSessions: BrowserSessions;
  readonly accounts: Accounts;
  readonly events: EventLog;
  readonly organizations: Organizations;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly #limits = new Limits({ redisUrl: null, log: quietLog });
  readonly accountLimits: AccountLimits = new AccountLimits(this.#limits);
  #http: Http | null = null;
  url = '';

  private constructor(database: TestDatabase, tokens: SignedTokens) {
    const db = database.kysely;
    this.database = database;
    this.tokens = tokens;
    this.accessTokens = new AccessTokens(tokens);
    this.apiKeys = new ApiKeys(db);
    this.browserSessions = new BrowserSessions({ db, publicUrl: HOME });
    this.accounts = new Accounts({ db, accessTokens: this.accessTokens, publicUrl: HOME });
    this.events = new EventLog({ db, log: quietLog });
    this.organizations = new Organizations({ db, events: this.events });
    this.members = new Members({ db, events: this.events });
    this.invitations = new Invitations({ db, events: this.events, accounts: this.accounts, publicUrl: HOME });
  }

  /** Listens with the routes of accounts, and with those that `more` adds. */
  static async start(more: (routes: RouteTable, bed: TestAccounts) => void = () => {}): Promise<TestAccounts> {
    const signingKeys = await SigningKeys.open({ dataDir: temporaryFolder(), given: null });
    const bed = new TestAccounts(await testDatabase(), new SignedTokens(signingKeys));
    const routes = new RouteTable();
    accountRoutes(routes, bed);
    organizationRoutes(routes, bed);
    invitationRoutes(routes, bed);
    apiKeyRoutes(routes, bed.apiKeys);
    more(routes, bed);
    bed.#http = createHttp({
      config: {
        host: '127.0.0.1',
        httpPort: 0,
        publicUrl: HOME,
        trustedProxies: ['127.0.0.1'],
        corsOrigins: ['https://evil.example'],
      },
      log: quietLog,
      routes,
      authenticate: authenticator({
        db: bed.database.kysely,
        accessTokens: bed.accessTokens,
        browserSessions: bed.browserSessions,
        apiKeys: bed.apiKeys,
        wrongKeys: bed.#limits.limit('api-keys', WRONG_KEYS),
      }),
      keys: () => signingKeys.published(),
      metrics: createMetrics(),
      version: '0',
      checkAnswers: true,
    });
    bed.url = `http://127.0.0.1:${(await bed.#http.listen()).port}`;
    return bed;
  }

  /** Calls the API; `bearer` is a token or key. */
  call(
    method: string,
    path: string,
    { bearer, body, headers = {} }: { bearer?: string; body?: object; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return fetch(`${this.url}/v1${path}`, {
      method,
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  async stop(): Promise<void> {
    await this.#http?.stop();
    await this.database.drop();
  }
}
