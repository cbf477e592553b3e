/**
 * The object store stops answering in the middle of a broadcast, and then is gone: no viewer sees an error, and afterwards the store has
 * all of it. `OUTAGE_SECONDS` makes the outage longer.
 */
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GetObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import pg from 'pg';
import { Channel } from '../support/channel.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { readMedia } from '../support/playlists.ts';
import { killPublishers, publish } from '../support/publisher.ts';
import { judge, recordingOf } from '../support/recordings.ts';
import { clientOf, hasStore, startStore, type TestStore } from '../support/s3.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const CONFIG = fileURLToPath(new URL('storage.config.mjs', import.meta.url));
const OUTAGE_SECONDS = Number(process.env.OUTAGE_SECONDS ?? 10);
/** Enough bits that the recording is more than one part, by filler that costs the encoder nothing. */
const PICTURE = {
  encoder: ['-b:v', '16M', '-minrate', '16M', '-maxrate', '16M', '-bufsize', '8M', '-x264-params', 'nal-hrd=cbr'],
};

interface StorageAnswer {
  uploads: { waiting_files: number; waiting_bytes: number; error: string | null };
}

describe('a broadcast whose object store fails', function () {
  this.timeout(180_000 + OUTAGE_SECONDS * 3000);
  let store: TestStore;
  let client: S3Client;
  let server: TestServer;
  let env: Record<string, string>;
  let admin: pg.Client;
  let ledger: pg.Client;

  before(async function () {
    // Debian's python3-swift is not there: nothing to try it with.
    if (!hasStore()) this.skip();
    store = await startStore();
    client = clientOf(store.settings);
    admin = new pg.Client({ connectionString: await testDatabaseUrl() });
    await admin.connect();
    await admin.query('CREATE DATABASE storage_outage');
    const url = new URL(await testDatabaseUrl());
    url.pathname = '/storage_outage';
    env = { ...store.env, DATABASE_URL: url.href };
    server = await startServer({ config: CONFIG, env });
    ledger = new pg.Client({ connectionString: url.href, options: '-c search_path=livestreams' });
    await ledger.connect();
  });

  after(async () => {
    await killPublishers();
    await ledger?.end();
    await server?.stop();
    await admin?.query('DROP DATABASE storage_outage');
    await admin?.end();
    client?.destroy();
    await store?.kill();
  });

  const uploads = async () => (await server.api<StorageAnswer>('GET', '/storage')).uploads;
  const told = async (type: string) =>
    (await server.api<{ data: object[] }>('GET', `/events?type=${type}&limit=100`)).data.length;
  const objects = async () => (await client.send(new ListObjectsV2Command({ Bucket: 'media' }))).Contents ?? [];
  const bytesOf = async (Key: string) =>
    Buffer.from(await (await client.send(new GetObjectCommand({ Bucket: 'media', Key }))).Body!.transformToByteArray());

  it('goes on for its viewers, and is whole in the store afterwards', async () => {
    const channel = await Channel.create(server, { dvr_window: 3600 });
    const publisher = publish(channel.publishUrl, PICTURE);
    await channel.playing(4);
    await until(async () => (await objects()).length >= 4, 'segments in the store');
    const viewer = new Viewer(channel);
    const watching = viewer.watch();

    store.pause();
    await until(async () => (await uploads()).error !== null, 'the trouble to be told', { seconds: 60 });
    await delay((OUTAGE_SECONDS / 2) * 1000);
    await store.kill();
    await delay((OUTAGE_SECONDS / 2) * 1000);
    expect((await uploads()).waiting_files).to.be.above(4);
    const newest = await viewer.newest();
    await until(async () => (await viewer.newest()) > newest + 1, 'live to go on');
    expect(await told('storage.failed')).to.equal(1);

    await store.start();
    await until(async () => (await uploads()).error === null, 'the store to be found well', { seconds: 90 });
    viewer.stop();
    expect(await watching, 'segments that the viewer has read').to.be.above(8);
    await publisher.stop();
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    const recording = await recordingOf(server, channel.stream.id);
    await until(async () => (await uploads()).waiting_files === 0, 'the spool to be empty', { seconds: 60 });
    expect(await told('storage.recovered')).to.equal(1);

    const file = await expectWhole(recording.id);
    expect(file.length, 'more than one part').to.be.above(16 * 1024 * 1024);
  });

  it('has all of it too when the server was killed meanwhile', async () => {
    const channel = await Channel.create(server, { dvr_window: 3600, reconnect_window: 1 });
    const publisher = publish(channel.publishUrl, PICTURE);
    await channel.playing(3);
    store.pause();
    const { sequence, segments } = await readMedia((await channel.renditions()).get('source')!);
    await until(async () => {
      const now = await readMedia((await channel.renditions()).get('source')!);
      return now.sequence + now.segments.length > sequence + segments.length + 2;
    }, 'segments that the store has not');
    await server.kill();
    await publisher.ended;
    store.resume();
    server = await startServer({ config: CONFIG, env, dataDir: server.dataDir, ports: server.ports });
    await new Channel(server, channel.stream).state('ended');
    const recording = await recordingOf(server, channel.stream.id);
    await until(async () => (await uploads()).waiting_files === 0, 'the spool to be empty', { seconds: 60 });
    await expectWhole(recording.id);
  });

  /** Everything that the ledger names is in the store, in order and unchanged; nothing else is left anywhere. Answers the recording's file. */
  async function expectWhole(assetId: string): Promise<Buffer> {
    const { rows } = await ledger.query<{ storage_key: string; sha256: Buffer }>(
      'SELECT storage_key, sha256 FROM asset_segments WHERE asset_id = $1 ORDER BY rendition, sequence',
      [assetId],
    );
    expect(rows.length).to.be.above(4);
    for (const { storage_key, sha256 } of rows) {
      expect(
        createHash('sha256')
          .update(await bytesOf(storage_key))
          .digest('hex'),
        storage_key,
      ).to.equal(sha256.toString('hex'));
    }
    const times = new Map((await objects()).map(({ Key, LastModified }) => [Key!, LastModified!.getTime()]));
    const pictures = rows.filter(({ storage_key }) => storage_key.includes('/source/'));
    const uploaded = pictures.map(({ storage_key }) => times.get(storage_key)!);
    expect(uploaded, 'uploaded in order').to.deep.equal([...uploaded].sort((a, b) => a - b));

    const { rows: files } = await ledger.query('SELECT storage_key FROM asset_files WHERE asset_id = $1', [assetId]);
    const bytes = await bytesOf(files[0].storage_key);
    const copy = join(temporaryFolder(), 'recording.mp4');
    writeFileSync(copy, bytes);
    expect(await judge(copy)).to.deep.equal([]);

    const left = readdirSync(join(server.dataDir, 'spool', 'media'), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).to.deep.equal([]);
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'media' }));
    expect(Uploads).to.deep.equal([]);
    return bytes;
  }
});

/** Polls as a player does, and goes back too: reads each new segment, and one of the older ones. Any error fails it. */
class Viewer {
  readonly #channel: Channel;
  readonly #stopping = new AbortController();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  async newest(): Promise<number> {
    const { sequence, segments } = await readMedia((await this.#channel.renditions()).get('source')!);
    return sequence + segments.length - 1;
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves with how many segments it has read; rejects with the first that it could not. */
  async watch(): Promise<number> {
    const seen = new Map<string, number>();
    for (let turn = 0; !this.#stopping.signal.aborted; turn++) {
      for (const url of (await this.#channel.renditions()).values()) {
        const { segments } = await readMedia(url);
        const older = segments[turn % segments.length]!;
        const fresh = segments.filter((segment) => !seen.has(segment.url));
        for (const segment of [...fresh, older]) {
          const answer = await fetch(segment.url);
          if (!answer.ok) throw new Error(`${segment.url}: ${answer.status} ${await answer.text()}`);
          const { byteLength } = await answer.arrayBuffer();
          expect(byteLength).to.equal(seen.get(segment.url) ?? byteLength);
          seen.set(segment.url, byteLength);
        }
      }
      await delay(250);
    }
    return seen.size;
  }
}
