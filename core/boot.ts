/** Starts everything in order and undoes it in reverse: database, events, plugins, sessions, playback, HTTP, ingests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { RunningIngest } from '#plugin-api';
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
} from './accounts/index.ts';
import { AssetStore } from './assets/assets.ts';
import { downloadRoute } from './assets/download-route.ts';
import { Downloads } from './assets/downloads.ts';
import { AssetLibrary } from './assets/library.ts';
import { readAsset } from './assets/presentation.ts';
import { assetRoutes } from './assets/routes.ts';
import type { Config } from './config.ts';
import { dashboardPages, findWatchable } from './dashboard/index.ts';
import { startDatabase } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { startDemo } from './demo.ts';
import { Feeds } from './events/feeds.ts';
import { EventLog } from './events/log.ts';
import { eventRoutes } from './events/routes.ts';
import { EventTokens } from './events/tokens.ts';
import { Hooks } from './hooks.ts';
import { announceQuarantine } from './host/quarantine.ts';
import { pluginRoutes } from './host/routes.ts';
import { startPlugins } from './host.ts';
import { clientAddress } from './http/address.ts';
import { createHttp, createMetrics, Idempotency, RouteTable } from './http/index.ts';
import { instanceName } from './instance.ts';
import { Jobs } from './jobs/jobs.ts';
import { jobRoutes } from './jobs/routes.ts';
import { Limits } from './limits/index.ts';
import { createLogger } from './log.ts';
import { migrateCore } from './migrations.ts';
import { describeAssets } from './playback/assets.ts';
import { describeStreams } from './playback/describe.ts';
import { IssuedTokens } from './playback/issued-tokens.ts';
import { originMetrics } from './playback/metrics.ts';
import { createOrigin } from './playback/origin.ts';
import { Presentations } from './playback/presentations.ts';
import { Revocations } from './playback/revocations.ts';
import { playbackTokenRoutes } from './playback/token-routes.ts';
import { PlaybackTokens } from './playback/tokens.ts';
import { behindLive, keepStorage, storageRoutes } from './retention/index.ts';
import { loadSecret } from './secrets.ts';
import { Ledger } from './segments/ledger.ts';
import { endedPresentation, readSession } from './segments/read-back.ts';
import { recoverTails } from './segments/recover-tails.ts';
import { Spool } from './segments/spool.ts';
import { Door } from './sessions/door.ts';
import { sessionRoutes } from './sessions/routes.ts';
import { Sessions } from './sessions/sessions.ts';
import { Worker } from './sessions/worker.ts';
import { openStorage } from './storage/open.ts';
import { Streams, streamRoutes } from './streams/index.ts';
import { startSummary } from './summary.ts';

const UI = fileURLToPath(new URL('../ui/dist', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Of a worker that died its sessions are taken within 10 s, of which its lease lasts 6. A server that is alone only sweeps up. */
const RECOVER_MS = 2000;
const RECOVER_ALONE_MS = 30_000;

export interface Running {
  /** What a person is told at the end of a start. */
  summary: string[];
  stop(): Promise<void>;
}

/** Starts the server; where one step fails, those before it are undone and the error is thrown. */
export async function boot(config: Config, { demo, signal }: { demo: boolean; signal: AbortSignal }): Promise<Running> {
  const undos: (() => unknown)[] = [];
  const stop = async () => {
    for (const undo of undos.splice(0).reverse()) await undo();
  };
  try {
    return { summary: await startAll(config, demo, signal, (undo) => undos.push(undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  config: Config,
  demo: boolean,
  signal: AbortSignal,
  undo: (step: () => unknown) => void,
): Promise<string[]> {
  const log = createLogger({ level: config.logLevel });
  const metrics = createMetrics();
  const database = await startDatabase({ dataDir: config.dataDir, url: config.databaseUrl, log });
  undo(() => database.stop());
  await migrateCore(database, log);
  const db = database.kysely;
  const limits = new Limits({ redisUrl: config.redisUrl, log });
  undo(() => limits.stop());
  const events = new EventLog({ db, log });
  const opened = await openStorage({ config, db, events, metrics, log });
  undo(() => opened.stop());
  const { storage } = opened;

  const hooks = new Hooks({
    log,
    registry: metrics,
    onQuarantine: (quarantine) => {
      announceQuarantine(quarantine, { db, events }).catch((error: unknown) =>
        log.error({ err: error }, 'a quarantine could not be announced'),
      );
    },
  });
  const instance = instanceName(config.dataDir);
  const jobs = new Jobs({
    database,
    instance,
    log,
    events,
    onComplete: (job) => void hooks.notify('jobComplete', job),
  });
  undo(() => jobs.stop());

  const assets = new AssetStore({ db, events, hooks, publicUrl: config.publicUrl });
  const keeper = keepStorage({
    ...{ config, db, events, assets, storage, metrics, log },
    onDropped({ sessionId, streamId }) {
      presentations.forget(sessionId);
      origin.forget(streamId);
    },
  });
  undo(() => keeper.stop());
  const routes = new RouteTable();
  const server = { dataDir: config.dataDir, host: config.host, publicUrl: config.publicUrl };
  const plugins = await startPlugins({
    plugins: config.plugins,
    routes,
    migrate: (owner, folder) => migrate(database, { owner, folder, log }),
    storage: behindLive(storage, { isFull: () => keeper.level === 'full', reserved: config.reservedBytes }),
    ...{ server, db, jobs, events, hooks, assets, metrics, log },
  });
  undo(() => plugins.stop());

  const ledger = new Ledger(db, log);
  undo(() => ledger.stop());
  const spool = new Spool({ storage, ledger, log });
  undo(() => spool.stop());
  const presentations = new Presentations(async (id) => {
    const recorded = await readSession(db, id);
    return recorded?.state === 'ended' ? endedPresentation(recorded) : null;
  });
  undo(() => presentations.stop());
  const tails = join(config.dataDir, 'tails');
  const worker = new Worker({
    name: instance,
    ffmpeg: 'ffmpeg',
    ...{ db, events, hooks, ledger, spool, tails, presentations, log },
  });
  undo(() => worker.stop());
  const sessions = new Sessions({ db, events, hooks, jobs, worker, log });
  undo(() => sessions.stop());
  const door = new Door({ db, events, hooks, sessions, limits, log });

  const signingKeys = await SigningKeys.open({ dataDir: config.dataDir, given: config.signingKeys });
  const signedTokens = new SignedTokens(signingKeys);
  const revocations = new Revocations({ db, log });
  undo(() => revocations.stop());
  const tokens = new PlaybackTokens({ signed: signedTokens, isRevoked: (id) => revocations.has(id) });
  await revocations.start();
  const origin = createOrigin({
    presentations,
    describe: describeStreams(db),
    assets: { describe: describeAssets(db), read: (id) => readAsset(db, id) },
    storage,
    tokens,
    hooks,
    clientAddress: clientAddress(config.trustedProxies),
    publicUrl: config.publicUrl,
    metrics: originMetrics(metrics),
    log,
  });
  for (const type of [
    'stream.updated',
    'stream.deleted',
    'session.started',
    'session.resumed',
    'session.ended',
  ] as const)
    events.on(type, ({ stream_id }) => origin.forget(stream_id ?? ''));
  for (const type of ['asset.ready', 'asset.updated', 'asset.deleted'] as const)
    events.on(type, ({ data }) => origin.forgetAsset(data.asset_id));
  // The ledger of its session went with a recording.
  events.on('asset.deleted', ({ session_id }) => presentations.forget(session_id ?? ''));

  const accessTokens = new AccessTokens(signedTokens);
  const apiKeys = new ApiKeys(db);
  const browserSessions = new BrowserSessions({ db, publicUrl: config.publicUrl });
  const accounts = new Accounts({ db, accessTokens, publicUrl: config.publicUrl });
  if (config.owner) await accounts.ensureOwner(config.owner);
  const streams = new Streams({ db, events });
  const ingests = new Map<string, RunningIngest>();
  const ingestsStarted = Promise.withResolvers<void>();
  apiKeyRoutes(routes, apiKeys);
  const accountLimits = new AccountLimits(limits);
  accountRoutes(routes, { accounts, browserSessions, accountLimits });
  const organizations = new Organizations({ db, events });
  organizationRoutes(routes, { organizations, members: new Members({ db, events }) });
  const invitations = new Invitations({ db, events, accounts, publicUrl: config.publicUrl });
  invitationRoutes(routes, { accounts, browserSessions, accountLimits, invitations });
  streamRoutes(routes, {
    streams,
    publicUrl: config.publicUrl,
    publishUrls: () => publishUrls(ingests, config),
  });
  playbackTokenRoutes(routes, new IssuedTokens({ db, tokens, revocations }));
  const wrongKeys = limits.limit('api-keys', WRONG_KEYS);
  const authenticate = authenticator({ db, accessTokens, browserSessions, apiKeys, wrongKeys });
  const feeds = new Feeds({ events, database, log });
  const eventTokens = new EventTokens({ db, tokens: signedTokens, apiKeys });
  eventRoutes(routes, { events, feeds, tokens: eventTokens, authenticate });
  const library = new AssetLibrary({ db, events, publicUrl: config.publicUrl });
  assetRoutes(routes, library);
  const downloads = new Downloads({ db, storage, folder: join(config.dataDir, 'downloads'), log });
  await downloads.start();
  undo(() => downloads.stop());
  downloadRoute(routes, { library, downloads, storage, log });
  sessionRoutes(routes, { db, events, sessions });
  jobRoutes(routes, jobs);
  storageRoutes(routes, { db, events, keeper, backlog: opened.backlog });
  pluginRoutes(routes, { plugins, hooks });

  const http = createHttp({
    ...{ config, log, routes, metrics, version, origin },
    idempotency: new Idempotency({ db, secret: await loadSecret(config.dataDir, 'idempotency-key'), log }),
    authenticate,
    keys: () => signingKeys.published(),
    pages: await dashboardPages({
      dist: UI,
      watchable: findWatchable(db),
      plugins: plugins.list,
      publicUrl: config.publicUrl,
    }),
    ready: { database: () => sql`SELECT 1`.execute(db), ingests: () => ingestsStarted.promise },
  });
  undo(() => http.stop());
  // Before HTTP stops: requests that wait for a part would hold it.
  undo(() => origin.stop());
  undo(() => feeds.stop());
  await feeds.start();
  await http.listen();
  await recoverTails({ folder: tails, db, spool, log });
  await jobs.start();
  await keeper.start();
  await sessions.recover(database.embedded ? RECOVER_ALONE_MS : RECOVER_MS);
  for (const { plugin, ingest, host } of plugins.ingests) {
    const running = await ingest.start(door.forIngest(plugin), host);
    ingests.set(plugin, running);
    undo(() => running.stop());
  }
  ingestsStarted.resolve();
  const urls = publishUrls(ingests, config);
  const demoStream =
    demo && !signal.aborted ? await startDemo({ db, streams, ingests: ingests.values(), log, undo }) : null;
  return startSummary({ config, database, urls, plugins, setupLink: await accounts.setupLink(), demoStream });
}

/** What creators type, by ingest; `{host}` is the name that the server is reached by. */
function publishUrls(ingests: Map<string, RunningIngest>, config: Config): Record<string, Record<string, string>> {
  const { hostname } = new URL(config.publicUrl);
  return Object.fromEntries(
    [...ingests].map(([name, { publishUrls: urls }]) => [
      name,
      Object.fromEntries(Object.entries(urls).map(([field, url]) => [field, url.replaceAll('{host}', hostname)])),
    ]),
  );
}
