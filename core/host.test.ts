/** What plugins get from their host, what they may not do with it, and what each broken plugin is told at boot. */
import { mkdir, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Generated } from 'kysely';
import { Registry } from 'prom-client';
import type { TObject } from 'typebox';
import {
  type ConfiguredPlugin,
  definePlugin,
  type Host,
  type LivestreamsError,
  type PluginDefinition,
  Type,
} from '#plugin-api';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { temporaryFolder } from '../test/support/folder.ts';
import { quietLog } from '../test/support/log.ts';
import { until } from '../test/support/until.ts';
import { AssetStore } from './assets/assets.ts';
import { checkConfig } from './config.ts';
import { migrate } from './db/migrate.ts';
import { EventLog } from './events/log.ts';
import { Hooks } from './hooks.ts';
import { announceQuarantine } from './host/quarantine.ts';
import { type RunningPlugins, startPlugins } from './host.ts';
import { RouteTable } from './http/index.ts';
import { newId } from './ids.ts';
import { Jobs } from './jobs/jobs.ts';
import { localStorage } from './storage/local.ts';

declare module '#plugin-api' {
  interface EventMap {
    'echo.heard': { word: string };
  }
  interface JobMap {
    'echo.say': object;
  }
  interface ServiceMap {
    voice: { say(word: string): string };
    ear: object;
  }
  interface TableMap {
    echo_words: { id: Generated<string>; word: string };
  }
}

const none = Type.Object({});

describe('plugin host', () => {
  let database: TestDatabase;
  let events: EventLog;
  let jobs: Jobs;
  let hooks: Hooks;
  let routes: RouteTable;
  let metrics: Registry;
  let running: RunningPlugins | null;
  let log: string[];

  beforeEach(async () => {
    database = await testDatabase();
    events = new EventLog({ db: database.kysely, log: quietLog });
    jobs = new Jobs({ database, instance: 'test', log: quietLog, events });
    hooks = new Hooks({ log: quietLog });
    routes = new RouteTable();
    metrics = new Registry();
    running = null;
    log = [];
  });
  afterEach(async () => {
    await running?.stop();
    await database.drop();
  });

  async function start(...plugins: ConfiguredPlugin[]): Promise<RunningPlugins> {
    const db = database.kysely;
    running = await startPlugins({
      plugins: checkConfig({ plugins }, {}).plugins,
      server: { dataDir: '/tmp', host: '127.0.0.1', publicUrl: 'http://x' },
      db,
      jobs,
      events,
      hooks,
      routes,
      storage: localStorage(temporaryFolder()),
      assets: new AssetStore({ db, events, hooks, publicUrl: 'http://x' }),
      metrics,
      log: quietLog,
      migrate: (owner, folder) => migrate(database, { owner, folder, log: quietLog }),
    });
    return running;
  }
  async function refusal(...plugins: ConfiguredPlugin[]): Promise<string> {
    const error = await start(...plugins).then(
      () => expect.fail('it started'),
      (thrown: LivestreamsError) => thrown,
    );
    return `${error.code} ${error.message}`;
  }
  const plugin = (name: string, rest: Partial<Omit<PluginDefinition, 'config'>> = {}) =>
    definePlugin<TObject>({ name, description: `The plugin ${name}.`, config: none, ...rest })();
  const migrations = async (sql: string) => {
    const folder = temporaryFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(`${folder}/0001_words.sql`, sql);
    return pathToFileURL(`${folder}/`);
  };

  it('gives a plugin its settings, tables, services, metrics and events', async () => {
    const organizationId = newId('org');
    await database.kysely.insertInto('organizations').values({ id: organizationId, name: 'A' }).execute();
    let host: Host | null = null;
    const echo = definePlugin({
      name: 'echo',
      description: 'Repeats.',
      config: Type.Object({ times: Type.Integer({ default: 2, description: 'How often.' }) }),
      needs: ['voice'],
      migrations: await migrations(
        'CREATE TABLE echo_words (id bigserial PRIMARY KEY, word text NOT NULL); -- DROP TABLE x',
      ),
      setup(own) {
        host = own;
        own.on('echo.heard', ({ data }) => void log.push(`heard ${data.word}`));
        own.metrics.counter('words', 'Words.').inc(own.config.times);
        return () => void log.push('undone');
      },
    });
    const voice = plugin('voice', { provides: { voice: () => ({ say: (word) => word.toUpperCase() }) } });
    await start(echo(), voice);
    const own = host! as Host;
    expect(running?.list.map(({ name }) => name)).to.deep.equal(['voice', 'echo']);
    const word = own.services.voice!.say('hello');
    await own.db.insertInto('echo_words').values({ word }).execute();
    const rows = await own.db
      .with('found', (db) => db.selectFrom('echo_words as w').select('w.word'))
      .selectFrom('found')
      .selectAll()
      .execute();
    expect(rows).to.deep.equal([{ word: 'HELLO' }]);
    await own.emit({ type: 'echo.heard', organizationId, data: { word } });
    await until(() => log.length === 1, 'the event');
    expect(await metrics.metrics()).to.contain('livestreams_echo_words 2');
    await running?.stop();
    expect(own.signal.aborted).to.equal(true);
    expect(log).to.deep.equal(['heard HELLO', 'undone']);
  });

  it('keeps a plugin from the tables, events and jobs of others, and from closing the database', async () => {
    let host: Host | null = null;
    await start(
      plugin('nosy', {
        setup: (own) => {
          host = own as Host;
        },
      }),
    );
    const own = host! as Host;
    const refused = async (work: () => Promise<unknown>) => {
      const error = await work().then(
        () => expect.fail('it was let'),
        (thrown: LivestreamsError) => thrown,
      );
      expect(error.code).to.equal('LS_PLUGIN_INVALID');
      expect(error.message).to.contain('nosy');
    };
    const users = 'users' as 'echo_words';
    await refused(() => own.db.selectFrom(users).selectAll().execute());
    await refused(() => own.db.deleteFrom(users).execute());
    await refused(() => own.db.transaction().execute((trx) => trx.selectFrom(users).selectAll().execute()));
    await refused(() => own.db.destroy());
    await refused(() => own.emit({ type: 'stream.deleted', organizationId: 'org_1', data: { title: '' } }));
    await refused(() => own.enqueue('other.work' as never, {} as never));
    expect(() => Object.assign(own, { plugin: 'root' })).to.throw(TypeError);
  });

  it('lets a plugin make assets, jobs and rows together or not at all, and says so when they are there', async () => {
    const organizationId = newId('org');
    await database.kysely.insertInto('organizations').values({ id: organizationId, name: 'A' }).execute();
    let host: Host | null = null;
    await start(
      plugin('echo', {
        migrations: await migrations('CREATE TABLE echo_words (id bigserial PRIMARY KEY, word text NOT NULL)'),
        jobs: { 'echo.say': { payload: none, run: async () => {} } },
        setup: (own) => {
          host = own as Host;
          own.on('asset.ready', () => void log.push('ready'));
          own.tap('asset', ({ kind }) => void log.push(kind));
        },
      }),
    );
    await jobs.start({ work: false });
    const own = host! as Host;
    const make = (word: string, end: () => void) =>
      own.transaction(async ({ assets, db, enqueue }) => {
        const { id } = await assets.create({ kind: 'upload', organizationId, title: word });
        await assets.ready(id, { duration: 1 });
        await enqueue('echo.say', {}, { organizationId });
        await db.insertInto('echo_words').values({ word }).execute();
        end();
        return id;
      });
    const made = async () => ({
      words: (await own.db.selectFrom('echo_words').select('word').execute()).map(({ word }) => word),
      assets: (await database.kysely.selectFrom('assets').select('title').execute()).map(({ title }) => title),
      jobs: (await jobs.list({ organizationId, limit: 10 })).map(({ name }) => name),
      events: (await events.list({ organizationId, limit: 10 })).map(({ type }) => type),
    });
    const failure = await make('lost', () => {
      throw new Error('no');
    }).catch((error: Error) => error.message);
    expect(failure).to.equal('no');
    expect(await made()).to.deep.equal({ words: [], assets: [], jobs: [], events: [] });
    const id = await make('kept', () => expect(log).to.deep.equal([]));
    expect((await own.assets.get(id))?.status).to.equal('ready');
    expect(await made()).to.deep.equal({
      words: ['kept'],
      assets: ['kept'],
      jobs: ['echo.say'],
      events: ['asset.created', 'asset.ready'],
    });
    await until(() => log.length === 2, 'the event and the hook');
    expect(log).to.have.members(['ready', 'upload']);
    await jobs.stop();
  });

  it('undoes in reverse, also where one undo fails', async () => {
    const noting = (name: string) => plugin(name, { setup: () => () => void log.push(name) });
    const failing = plugin('failing', { setup: () => () => Promise.reject(new Error('no')) });
    await start(noting('a'), failing, noting('b'));
    await running?.stop();
    expect(log).to.deep.equal(['b', 'a']);
  });

  it('undoes what was set up when a later plugin fails, and names that one', async () => {
    const first = plugin('first', { setup: () => () => void log.push('first') });
    const broken = plugin('broken', {
      setup: () => {
        throw new Error('no camera');
      },
    });
    expect(await refusal(first, broken)).to.match(/^LS_PLUGIN_FAILED Plugin broken failed with its set-up: no camera/);
    expect(log).to.deep.equal(['first']);
  });

  it('says what is wrong with needs: missing, doubled, circular', async () => {
    const voice = { voice: () => ({ say: String }) };
    expect(await refusal(plugin('a', { needs: ['voice'] }))).to.match(/Plugin a needs "voice", and no plugin/);
    expect(await refusal(plugin('a', { provides: voice }), plugin('b', { provides: voice }))).to.match(
      /Both a and b provide "voice"/,
    );
    const a = plugin('a', { needs: ['ear'], provides: voice });
    const b = plugin('b', { needs: ['voice'], provides: { ear: () => ({}) } });
    expect(await refusal(a, b)).to.match(/circle: a needs b needs a/);
  });

  it('holds names to their prefixes, and hooks to those there are', async () => {
    const module = new URL('file:///x.ts');
    const panel = { slot: 'page', title: 'X', icon: 'x', element: 'other-panel', module } as const;
    const job = { payload: none, run: async () => {} };
    expect(await refusal(plugin('odd', { ui: { panels: [panel] } }))).to.match(/element "other-panel".*"odd-"/);
    expect(await refusal(plugin('odd', { jobs: { 'other.run': job } }))).to.match(/job "other.run".*"odd\."/);
    const foreign = await migrations('ALTER TABLE IF EXISTS users ADD COLUMN x text;');
    expect(await refusal(plugin('odd', { migrations: foreign }))).to.match(/table "users".*"odd_"/);
    const route = { method: 'GET', path: '/me/odd', summary: '', access: 'viewer', answers: {} } as const;
    const routing = plugin('odd', { routes: (own) => own.route({ ...route, handle: async () => ({ status: 204 }) }) });
    expect(await refusal(routing)).to.match(/Plugin odd registers GET \/me\/odd/);
    const tapping = plugin('odd', { setup: (host) => host.tap('published' as 'publish', () => {}) });
    expect(await refusal(tapping)).to.match(/LS_PLUGIN_INVALID Plugin odd taps a hook "published".*mean "publish"/);
  });

  it('names the plugin whose migration fails', async () => {
    const broken = await migrations('CREATE TABLE odd_words (id nonsense);');
    expect(await refusal(plugin('odd', { migrations: broken }))).to.match(/of odd failed/);
  });

  it('tells every organization of a quarantine', async () => {
    const ids = [newId('org'), newId('org')];
    for (const id of ids) await database.kysely.insertInto('organizations').values({ id, name: 'A' }).execute();
    const quarantine = { plugin: 'slow', hook: 'segment', reason: 'Too slow.', since: new Date() } as const;
    await announceQuarantine(quarantine, { db: database.kysely, events });
    for (const organizationId of ids) {
      const [event] = await events.list({ organizationId, limit: 10 });
      expect(event).to.deep.include({
        type: 'plugin.quarantined',
        data: { plugin: 'slow', hook: 'segment', reason: 'Too slow.' },
      });
    }
  });
});
