/** The commands beside the server, as an operator types them: owners, backup and restore, and the check of media. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Finding, Verification } from '../../core/commands/verify.ts';
import { Channel } from '../support/channel.ts';
import { newDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { readMedia } from '../support/playlists.ts';
import { publish } from '../support/publisher.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';

const MAIN = fileURLToPath(new URL('../../core/main.ts', import.meta.url));
const CONFIG = fileURLToPath(new URL('./source-only.config.mjs', import.meta.url));

interface Answer {
  code: number | null;
  out: string;
  errors: string;
}

/** Runs a command of the program on a data folder. */
async function run(dataDir: string, args: string[], input = '', env: Record<string, string> = {}): Promise<Answer> {
  const child = spawn(process.execPath, [MAIN, ...args, '--config', CONFIG], {
    env: { ...process.env, LIVESTREAMS_DATA_DIR: dataDir, LIVESTREAMS_LOG_LEVEL: 'warn', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, errors };
}

async function succeed(dataDir: string, args: string[], input = '', env = {}): Promise<string> {
  const { code, out, errors } = await run(dataDir, args, input, env);
  expect(code, `${out}${errors}`).to.equal(0);
  return out;
}

function logIn(server: TestServer, credentials: { email: string; password: string }): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(credentials);
  return fetch(`${server.url}/v1/auth/login`, { method: 'POST', headers, body }).then(({ status }) => status);
}

/** A stream that was live for some seconds, and has ended. */
async function broadcast(server: TestServer): Promise<Channel> {
  const channel = await Channel.create(server, { latency: 'low', reconnect_window: 0 });
  const publisher = publish(channel.publishUrl, { size: '320x180' });
  await channel.playing(3);
  await publisher.stop();
  await channel.state('ended');
  return channel;
}

/** Every segment of what viewers are offered of an ended session. */
async function watchAll(channel: Channel): Promise<{ url: string; size: number }[]> {
  const seen: { url: string; size: number }[] = [];
  for (const url of (await channel.renditions()).values()) {
    for (const segment of (await readMedia(url)).segments) {
      const response = await fetch(segment.url);
      expect(response.status, segment.url).to.equal(200);
      seen.push({ url: new URL(segment.url).pathname, size: (await response.arrayBuffer()).byteLength });
    }
  }
  return seen;
}

describe('backup and restore', function () {
  this.timeout(240_000);
  let dataDir: string;
  let server: TestServer;
  let channel: Channel;
  let file: string;
  let seen: { url: string; size: number }[];

  before(async () => {
    server = await startServer({ config: CONFIG });
    ({ dataDir } = server);
    channel = await broadcast(server);
    seen = await watchAll(channel);
    file = join(temporaryFolder(), 'backup.tar.gz');
    // While the server runs.
    await succeed(dataDir, ['backup', file]);
  });

  after(() => server.stop());

  it('writes one file for its owner alone', () => {
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(join(file, '..'))).to.deep.equal(['backup.tar.gz']);
    expect(seen).to.not.deep.equal([]);
  });

  it('says in one sentence that the file cannot be written, and leaves nothing', async () => {
    const { code, errors } = await run(dataDir, ['backup', join(dataDir, 'none', 'backup.tar.gz')]);
    expect(code).to.equal(1);
    expect(errors.trim().split('\n')).to.have.length(2);
    expect(errors).to.contain('LS_BACKUP_UNWRITABLE');
  });

  it('puts nothing back beside a running server', async () => {
    const { code, errors } = await run(dataDir, ['restore', file, '--force']);
    expect(code).to.equal(1);
    expect(errors).to.contain('LS_DATA_DIR_IN_USE');
  });

  it('brings accounts, streams and recordings back to an empty machine', async () => {
    await server.stop();
    const fresh = temporaryFolder();
    cpSync(join(dataDir, 'media'), join(fresh, 'media'), { recursive: true });
    await succeed(fresh, ['restore', file]);
    expect(readFileSync(join(fresh, 'secrets', 'postgres'))).to.not.deep.equal(
      readFileSync(join(dataDir, 'secrets', 'postgres')),
    );
    await succeed(fresh, ['verify']);
    server = await startServer({ config: CONFIG, dataDir: fresh });
    expect(await logIn(server, owner)).to.equal(200);
    expect(await watchAll(new Channel(server, channel.stream))).to.deep.equal(seen);
    // The log of events goes on behind what was restored.
    await server.createStream();
    const { data } = await server.api<{ data: { type: string }[] }>('GET', '/events?limit=100');
    expect(data.at(-1)!.type).to.equal('stream.created');
    await server.stop();

    const refused = await run(fresh, ['restore', file]);
    expect(refused.code).to.equal(1);
    expect(refused.errors).to.contain('LS_RESTORE_REFUSED');
    await succeed(fresh, ['restore', file, '--force']);
  });

  it('changes nothing where the file is damaged', async () => {
    const fresh = temporaryFolder();
    await succeed(fresh, ['owner', 'create', '--email', 'first@example.org']);
    const secrets = readdirSync(join(fresh, 'secrets'));
    const damaged = join(temporaryFolder(), 'cut.tar.gz');
    cpSync(file, damaged);
    truncateSync(damaged, Math.floor(statSync(file).size * 0.7));
    const { code, errors } = await run(fresh, ['restore', damaged, '--force']);
    expect(code, errors).to.equal(1);
    expect(errors).to.contain('LS_BACKUP_DAMAGED');
    expect(readdirSync(join(fresh, 'secrets'))).to.deep.equal(secrets);
    const again = await run(fresh, ['owner', 'create', '--email', 'first@example.org']);
    expect(again.errors, 'the account is still there').to.contain('LS_ACCOUNT_EXISTS');
    writeFileSync(damaged, 'no archive at all');
    expect((await run(fresh, ['restore', damaged, '--force'])).errors).to.contain('LS_BACKUP_DAMAGED');
  });
});

describe('restore into a database of its own', function () {
  this.timeout(180_000);

  it('is refused while a server runs on it, and done when none does', async () => {
    const databaseUrl = await newDatabase();
    const env = { DATABASE_URL: databaseUrl };
    const file = join(temporaryFolder(), 'backup.tar.gz');
    const server = await startServer({ config: CONFIG, env });
    try {
      await succeed(server.dataDir, ['backup', file], '', env);
      const refused = await run(temporaryFolder(), ['restore', file, '--force'], '', env);
      expect(refused.code).to.equal(1);
      expect(refused.errors).to.contain('A server is running on this database.');
    } finally {
      await server.stop();
    }
    await succeed(temporaryFolder(), ['restore', file, '--force'], '', env);
  });
});

describe('livestreams verify', function () {
  this.timeout(180_000);

  it('names what is missing, what is altered and what nobody names, beside a running server', async () => {
    const server = await startServer({ config: CONFIG });
    try {
      await broadcast(server);
      const verify = async (): Promise<Verification & { code: number | null }> => {
        const { code, out, errors } = await run(server.dataDir, ['verify', '--json']);
        expect(out, errors).to.not.equal('');
        return { ...JSON.parse(out), code };
      };
      const whole = await verify();
      expect(whole.findings).to.deep.equal([]);
      expect(whole.code).to.equal(0);
      expect(whole.objects).to.be.at.least(3);
      expect(whole.stored).to.equal(whole.objects);

      const media = join(server.dataDir, 'media');
      const keys = readdirSync(media, { recursive: true, encoding: 'utf8' }).filter((key) => key.endsWith('.m4s'));
      const [missing, altered, cut] = keys as [string, string, string];
      rmSync(join(media, missing));
      const bytes = readFileSync(join(media, altered));
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(join(media, altered), bytes);
      truncateSync(join(media, cut), 10);
      writeFileSync(join(media, 'sessions', 'left-behind'), 'x');

      const { code, findings } = await verify();
      expect(code).to.equal(1);
      const short = ({ problem, key }: Finding) => `${problem} ${key}`;
      expect(findings.map(short)).to.have.members([
        `missing ${missing}`,
        `altered ${altered}`,
        `altered ${cut}`,
        'orphan sessions/left-behind',
      ]);
      expect(findings.find(({ key }) => key === altered)!.named_by).to.match(/^segment \d+ of \w+ of (ses|ast)_/);
      const { code: textCode, out } = await run(server.dataDir, ['verify']);
      expect(textCode).to.equal(1);
      expect(out).to.contain(`missing  ${missing}`).and.contain('findings:');
    } finally {
      await server.stop();
    }
  });
});

describe('livestreams owner and keys', function () {
  this.timeout(180_000);

  it('let a person in, and in again, with and without a running server', async () => {
    const dataDir = temporaryFolder();
    const made = await succeed(dataDir, ['owner', 'create', '--email', 'second@example.org', '--name', 'Second']);
    const password = /^Password: (\S{16,})$/m.exec(made)![1]!;
    const server = await startServer({ config: CONFIG, dataDir, owned: false });
    try {
      expect(await logIn(server, { email: 'second@example.org', password })).to.equal(200);
      const reset = ['owner', 'reset-password', '--email', 'second@example.org', '--password-stdin'];
      expect(await succeed(dataDir, reset, 'a pass phrase\n')).to.not.contain('a pass phrase');
      expect(await logIn(server, { email: 'second@example.org', password })).to.equal(401);
      expect(await logIn(server, { email: 'second@example.org', password: 'a pass phrase' })).to.equal(200);
      expect((await run(dataDir, reset, 'short\n')).errors)
        .to.contain('LS_COMMAND_INVALID')
        .and.not.contain('short');
      expect(await succeed(dataDir, ['keys', 'rotate'])).to.match(/new key \S+\.\n.*good until they expire: \S+\.$/m);
      expect(await logIn(server, { email: 'second@example.org', password: 'a pass phrase' })).to.equal(200);
      expect(server.output()).to.not.contain(password).and.not.contain('a pass phrase');
    } finally {
      await server.stop();
    }
    expect(existsSync(join(dataDir, 'lock'))).to.equal(false);
  });
});
