/** Repeats of a request, sent to two servers of one database at once: one thing is made, also where one of them is killed. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connectDatabase, type Database } from '../../../core/db/database.ts';
import { Idempotency } from '../../../core/http/index.ts';
import { newId } from '../../../core/ids.ts';
import { migrateCore } from '../../../core/migrations.ts';
import { newDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { quietLog } from '../../support/log.ts';
import { owner, startServer, type TestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';

const CONFIG = fileURLToPath(new URL('../source-only.config.mjs', import.meta.url));

interface Made {
  id: string;
  keys: { key: string }[];
}

describe('a request that is repeated', function () {
  this.timeout(120_000);
  const servers: TestServer[] = [];
  const tokens: string[] = [];

  before(async () => {
    const env = { DATABASE_URL: await newDatabase() };
    const secret = randomBytes(32);
    for (let n = 0; n < 2; n++) {
      const dataDir = temporaryFolder();
      mkdirSync(join(dataDir, 'secrets'));
      writeFileSync(join(dataDir, 'secrets', 'idempotency-key'), secret);
      servers.push(await startServer({ config: CONFIG, dataDir, env }));
      tokens.push(await logIn(servers[n]!));
    }
  });

  after(async () => {
    for (const server of servers) await server.stop();
  });

  async function logIn({ url }: TestServer): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1/auth/login`, { method: 'POST', headers, body: JSON.stringify(owner) });
    return ((await response.json()) as { access_token: string }).access_token;
  }

  const create = (at: number, key: string, title = 'Sunday service') =>
    fetch(`${servers[at]!.url}/v1/streams`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens[at]}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ title }),
    });

  it('makes one stream of fifty at once, answers its key to all, and to those who come after a server was killed', async () => {
    const responses = await Promise.all(Array.from({ length: 50 }, (_, at) => create(at % 2, '"one"')));
    expect(responses.map(({ status }) => status)).to.deep.equal(responses.map(() => 201));
    const made = (await Promise.all(responses.map((response) => response.json()))) as Made[];
    expect(new Set(made.map(({ id, keys }) => `${id} ${keys[0]!.key}`))).to.have.length(1);
    const first = responses.filter(({ headers }) => headers.get('idempotent-replayed') === null);
    expect(first).to.have.length(1);
    for (const { headers } of responses) expect(headers.get('location')).to.equal(`/v1/streams/${made[0]!.id}`);
    const { data } = await servers[1]!.api<{ data: Made[] }>('GET', '/streams');
    expect(data).to.have.length(1);

    expect((await create(1, '"one"', 'Another')).status).to.equal(422);
    const at = first[0]!.url.startsWith(servers[0]!.url) ? 0 : 1;
    await servers[at]!.kill();
    const again = await create(1 - at, 'one');
    expect(again.status).to.equal(201);
    expect(((await again.json()) as Made).keys).to.deep.equal(made[0]!.keys);
  });

  it('is taken over from a process that was killed at its work, once nobody holds it any more', async () => {
    const url = await newDatabase();
    const database = await connectDatabase({ url, log: quietLog });
    try {
      await migrateCore(database, quietLog);
      const organizationId = newId('org');
      await database.kysely.insertInto('organizations').values({ id: organizationId, name: 'Ours' }).execute();
      const caller = { userId: newId('usr'), organizationId, role: 'creator', apiKey: null } as const;
      const worker = spawn(process.execPath, ['--input-type=module', '-e', workForEver(url, caller)]);
      await until(async () => (await held(database)).length === 1, 'the process to hold the key');
      worker.kill('SIGKILL');
      const idempotency = new Idempotency({ db: database.kysely, secret: Buffer.alloc(32), log: quietLog });
      const repeat = { caller, key: 'one', request: 'work', signal: new AbortController().signal };
      const answer = await idempotency.once(repeat, async () => ({ status: 201, body: 'done' }));
      expect(answer).to.deep.equal({ status: 201, body: 'done' });
      expect((await idempotency.once(repeat, () => expect.fail('it is done again'))).body).to.equal('done');
    } finally {
      await database.stop();
    }
  });
});

async function held({ kysely }: Database): Promise<{ key: string }[]> {
  return kysely.selectFrom('idempotency_keys').select('key').execute();
}

/** A program that takes the key and never ends its work. */
function workForEver(url: string, caller: object): string {
  const file = (path: string) => JSON.stringify(new URL(`../../../core/${path}`, import.meta.url).href);
  return `
    import { connectDatabase } from ${file('db/database.ts')};
    import { Idempotency } from ${file('http/idempotency.ts')};
    const log = { warn() {} };
    const { kysely: db } = await connectDatabase({ url: ${JSON.stringify(url)}, log });
    const { signal } = new AbortController();
    const repeat = { caller: ${JSON.stringify(caller)}, key: 'one', request: 'work', signal };
    await new Idempotency({ db, secret: Buffer.alloc(32), log }).once(repeat, () => new Promise(() => {}));`;
}
