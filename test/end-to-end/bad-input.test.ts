/** What bad input gets: a named reason for those who sent it, and no harm to anybody else. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { FlvReader, type FlvTag, flvHeader, writeFlvTag } from '../../core/pipeline/flv.ts';
import { publishFlv } from '../../plugins/rtmp/client/publish.ts';
import { Channel } from '../support/channel.ts';
import { makeMedia } from '../support/ffmpeg.ts';
import { temporaryFolder } from '../support/folder.ts';
import { readMedia, readMultivariant } from '../support/playlists.ts';
import { killPublishers, type Picture, pictureArguments, publish, publishAtOnce } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { complaints, listen, watch } from '../support/viewer.ts';

const SMALL_LADDER = fileURLToPath(new URL('small-ladder.config.mjs', import.meta.url));

/** The tags of a made picture. */
function tagsOf(picture: Picture, seconds: number): FlvTag[] {
  const tags: FlvTag[] = [];
  new FlvReader((tag) => tags.push(tag)).push(makeMedia('flv', ...pictureArguments(picture, seconds)));
  return tags;
}

/** Sends tags as they are, at once. */
async function sendTags(server: TestServer, { stream }: Channel, tags: FlvTag[]): Promise<void> {
  const flv = Buffer.concat([flvHeader({ video: true, audio: true }), ...tags.flatMap((tag) => writeFlvTag(tag))]);
  const { id: streamId, key } = stream;
  await publishFlv({
    host: '127.0.0.1',
    port: server.ports.rtmp,
    streamId,
    key,
    flv: (async function* () {
      yield flv;
    })(),
  });
}

/** The answer to a request target sent byte for byte, which no URL parser has tidied. */
function rawStatus(server: TestServer, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.ports.http, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1'),
    );
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1])));
  });
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

describe('bad input', function () {
  this.timeout(120_000);
  let server: TestServer;

  before(async () => {
    server = await startServer({ config: SMALL_LADDER });
  });

  afterEach(killPublishers);

  after(async () => {
    await server?.stop();
  });

  it('plays a picture without sound, and sound without a picture', async () => {
    const silent = await Channel.create(server, { reconnect_window: 0 });
    const blind = await Channel.create(server, { reconnect_window: 0 });
    expect(await publishAtOnce(silent.publishUrl, { audio: false }, 3).ended).to.equal(0);
    expect(await publishAtOnce(blind.publishUrl, { video: false }, 4).ended).to.equal(0);
    await silent.state('ended');
    await blind.state('ended');
    expect([...(await silent.renditions()).keys()]).to.have.members(['source', '240p']);
    for (const url of (await silent.renditions()).values())
      expect((await watch(url)).frames.map(({ number }) => number)).to.deep.equal(upTo(90));
    expect((await listen(blind.url)).beeps).to.have.length(4);
    for (const { url } of [silent, blind]) expect(await complaints(url)).to.deep.equal([]);
  });

  it('names keyframes that are too far apart, puts the renditions on a grid of its own, and plays on', async () => {
    const channel = await Channel.create(server, { reconnect_window: 0, latency: 'low', dvr_window: 60 });
    const publisher = publish(channel.publishUrl, { gop: 10 }, 8);
    await channel.issue('keyframe_interval');
    expect(await publisher.ended, publisher.output()).to.equal(0);
    await channel.state('ended');
    const plans = (await channel.events()).filter(({ type }) => type === 'session.plan');
    expect(plans.map(({ data }) => data.offer_source)).to.deep.equal([true, false]);
    const renditions = await channel.renditions();
    expect([...renditions.keys()]).to.have.members(['360p', '240p', 'audio']);
    const grid = (await readMedia(renditions.get('240p')!)).segments.map(({ duration }) => duration);
    expect(grid.length).to.be.greaterThan(3);
    expect(grid.slice(2, -1)).to.deep.equal(grid.slice(2, -1).map(() => 1));
    for (const name of ['360p', '240p']) {
      const { frames, complaints: said } = await watch(renditions.get(name)!);
      expect(said, name).to.deep.equal([]);
      expect(frames.map(({ number }) => number)).to.deep.equal(upTo(240));
    }
    expect((await listen(renditions.get('audio')!)).beeps).to.have.length(8);
  });

  it('goes on with its own timeline where timestamps jump forward or back, and says so', async () => {
    for (const jump of [3_600_000, -2_000]) {
      const channel = await Channel.create(server, { reconnect_window: 0 });
      const tags = tagsOf({}, 4).map((tag, at, all) =>
        at < all.length / 2
          ? { ...tag, timestamp: tag.timestamp + 5000 }
          : { ...tag, timestamp: tag.timestamp + 5000 + jump },
      );
      await sendTags(server, channel, tags);
      await channel.state('ended');
      const problems = (await channel.events()).filter(({ type }) => type === 'session.problem');
      expect(problems.map(({ data }) => data.code)).to.deep.equal(['timestamps_jumped']);
      for (const [name, url] of await channel.renditions()) {
        if (name === 'audio') continue;
        const { frames, complaints: said } = await watch(url);
        expect(said).to.deep.equal([]);
        expect(frames.map(({ number }) => number)).to.deep.equal(upTo(120));
        expect(frames.at(-1)!.time - frames[0]!.time).to.be.within(3_900, 4_200);
        for (const [at, { time }] of frames.entries()) if (at > 0) expect(time).to.be.greaterThan(frames[at - 1]!.time);
      }
      expect((await listen(channel.url)).beeps.length).to.be.within(3, 4);
    }
  });

  it('takes a publisher that vanishes for gone, and one that stalls, and keeps what they sent', async () => {
    const vanishing = await Channel.create(server, { reconnect_window: 0 });
    const publisher = publish(vanishing.publishUrl);
    await vanishing.playing(1);
    await publisher.kill();
    await vanishing.state('ended');
    const { frames } = await watch(vanishing.url);
    expect(frames.map(({ number }) => number)).to.deep.equal(upTo(frames.length));

    const stalling = await Channel.create(server, { reconnect_window: 0 });
    const stalled = publish(stalling.publishUrl);
    await stalling.playing(1);
    stalled.process.kill('SIGSTOP');
    await stalling.event('publish.ended', ({ data }) => /no media for 8 s/.test(String(data.reason)));
    await stalling.state('ended');
    expect(await complaints(stalling.url)).to.deep.equal([]);
  });

  it('names a codec that it cannot handle, and plays the other track', async () => {
    const picture = await Channel.create(server, { reconnect_window: 60 });
    publish(picture.publishUrl, { encoder: ['-c:v', 'flv1', '-g', '30'] });
    const { reason, fix } = await picture.issue('unsupported_video');
    expect(reason).to.match(/Sorenson/);
    expect(fix).to.include('H.264');
    await picture.event('session.problem', ({ data }) => data.code === 'unsupported_video');
    await picture.playing(1);
    expect([...(await picture.renditions()).keys()]).to.deep.equal(['audio']);
    expect((await picture.health()).status).to.equal('bad');
    await killPublishers();

    const sound = await Channel.create(server, { reconnect_window: 60 });
    publish(sound.publishUrl, { encoder: ['-c:a', 'libmp3lame', '-ar', '44100'] });
    expect((await sound.issue('unsupported_audio')).reason).to.match(/MP3/);
    await sound.playing(1);
    expect([...(await sound.renditions()).keys()]).to.have.members(['source', '240p']);
    expect((await watch((await sound.renditions()).get('source')!, 30)).complaints).to.deep.equal([]);
  });

  it('answers 404 to paths that leave their place', async () => {
    const channel = await Channel.create(server, { reconnect_window: 0 });
    expect(await publishAtOnce(channel.publishUrl, {}, 2).ended).to.equal(0);
    await channel.state('ended');
    const url = (await channel.renditions()).get('source')!;
    const { segments } = await readMedia(url);
    const path = new URL(segments[0]!.url).pathname;
    const folder = path.slice(0, path.lastIndexOf('/'));
    const file = path.slice(folder.length + 1);
    expect(await rawStatus(server, path)).to.equal(200);
    for (const target of [
      `${folder}/../source/${file}`,
      `${folder}/..%2fsource%2f${file}`,
      `${folder}%2f${file}`,
      `${folder}/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd`,
      `${folder}/../../../../../../etc/passwd`,
      `${folder}/${file}%00`,
      `${folder}/%00`,
      `${folder}\\..\\source\\${file}`,
      `/live/../${path}`,
      `${folder}/${'9'.repeat(400)}.m4s`,
    ])
      expect(await rawStatus(server, target), target).to.equal(404);
  });

  it('goes on from memory where the disk is full, says so, and lists nothing that is not there', async function () {
    const dataDir = temporaryFolder();
    const media = join(dataDir, 'media');
    mkdirSync(media);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', media], { stdio: 'ignore' });
    } catch {
      this.skip(); // Only root may mount.
    }
    let small: TestServer | null = null;
    try {
      small = await startServer({ config: SMALL_LADDER, dataDir });
      const channel = await Channel.create(small, { reconnect_window: 0, latency: 'low' });
      const publisher = publish(channel.publishUrl);
      const { severity } = await channel.issue('storage');
      expect(severity).to.equal('error');
      await channel.event('session.storage_failed');
      const source = (await channel.renditions()).get('source')!;
      const { segments, sequence } = await readMedia(source);
      const end = sequence + segments.length;
      await until(async () => {
        const now = await readMedia(source);
        return now.sequence + now.segments.length >= end + 3;
      }, 'the live stream to go on');
      expect((await watch(source, 30)).complaints).to.deep.equal([]);
      await publisher.stop();
      await channel.state('ended');
      for (const url of (await channel.renditions()).values()) {
        const listed = await readMedia(url);
        for (const segment of [...listed.segments.map((one) => one.url), ...listed.inits]) {
          const answer = await fetch(segment);
          expect(answer.status, segment).to.equal(200);
          const body = await answer.arrayBuffer();
          expect(body.byteLength).to.equal(Number(answer.headers.get('content-length')));
        }
      }
      const names = readdirSync(media, { recursive: true }).map(String);
      expect(names.filter((name) => /\.tmp|\.part/.test(name))).to.deep.equal([]);
      expect((await fetch(`${small.url}/readyz`)).status).to.equal(200);
    } finally {
      await killPublishers();
      await small?.stop();
      execFileSync('umount', [media]);
    }
  });

  // Last, since it leaves this address locked out for a minute.
  it('refuses wrong keys with a reason, unknown streams with the same, and an address that tries too often', async () => {
    const live = await Channel.create(server, { reconnect_window: 60 });
    const other = await Channel.create(server, { reconnect_window: 60 });
    const publisher = publish(live.publishUrl);
    await live.playing(1);
    const tried = async (id: string) => {
      const attempt = publishAtOnce(server.rtmpUrl({ ...other.stream, id, key: 'wrong' }), { video: false }, 1);
      expect(await attempt.ended).to.not.equal(0);
      return attempt
        .output()
        .split('\n')
        .filter((line) => /Server error/.test(line))
        .map((line) => line.slice(line.indexOf('Server error')))
        .join();
    };
    const wrong = await tried(other.stream.id);
    expect(wrong).to.include('No stream has this key: it is wrong, expired or deleted.');
    expect(await tried('str_00000000000000000000000000000000')).to.equal(wrong);
    const { data } = await server.api<{ data: { type: string; data: object }[] }>(
      'GET',
      `/events?stream_id=${other.stream.id}&type=publish.refused`,
    );
    expect(data[0]!.data).to.include({ code: 'denied' });
    await until(async () => (await tried(other.stream.id)).includes('Too many wrong stream keys'), 'the throttle');
    const { segments, sequence } = await readMedia((await live.renditions()).get('source')!);
    await until(async () => {
      const now = await readMedia((await live.renditions()).get('source')!);
      return now.sequence + now.segments.length > sequence + segments.length;
    }, 'the other stream to go on');
    expect((await live.health()).status).to.equal('good');
    expect(publisher.process.exitCode).to.equal(null);
    expect((await readMultivariant(live.url)).variants).to.have.length(2);
  });
});
