/** Recordings as their owners and viewers see them: written while it is live, an asset when the session ends. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { stored } from '../support/ffmpeg.ts';
import { readMedia, readMultivariant } from '../support/playlists.ts';
import { killPublishers, publish, publishAtOnce } from '../support/publisher.ts';
import { judge, piecesOf, recordedFiles, recordingOf } from '../support/recordings.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { complaints, watch } from '../support/viewer.ts';

const CONFIG = fileURLToPath(new URL('recording.config.mjs', import.meta.url));
/** Where the second publisher's numbers begin, so that its frames are known from the first's. */
const SECOND = 10_000;
/** For so long there is no publisher. */
const AWAY_MS = 1500;

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

describe('a recording', function () {
  this.timeout(180_000);
  let server: TestServer;

  before(async () => {
    server = await startServer({ config: CONFIG });
  });

  afterEach(killPublishers);

  after(async () => {
    await server?.stop();
  });

  const numbersIn = async (url: string) => (await watch(url)).frames.map(({ number }) => number);
  const end = async (channel: Channel) => {
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    await channel.state('ended');
  };
  /** All that was sent has come through: the publisher is gone. */
  const received = (channel: Channel) =>
    until(async () => (await channel.sessions())[0]?.state === 'reconnecting', 'the publisher to be gone');

  it('has every frame, in one file and in every quality that was live', async () => {
    const channel = await Channel.create(server, { title: 'A talk' });
    expect(await publishAtOnce(channel.publishUrl, {}, 6).ended).to.equal(0);
    await received(channel);
    await end(channel);
    const asset = await recordingOf(server, channel.stream.id);
    expect(asset).to.include({ kind: 'recording', title: 'A talk', visibility: 'public', error: null });
    expect(asset.duration).to.be.within(5.9, 6.1);
    expect(asset.gaps).to.deep.equal([]);
    expect(asset.tracks.map(({ name }) => name)).to.deep.equal(['source', '240p', 'audio']);
    expect(asset.files).to.have.length(1);

    const [file] = recordedFiles(server, asset);
    expect(await judge(file!)).to.deep.equal([]);
    expect(await numbersIn(file!)).to.deep.equal(numbers(0, 180));

    const download = await server.fetch(`/assets/${asset.id}/download`);
    expect(download.headers.get('content-disposition')).to.equal(
      'attachment; filename="A talk.mp4"; filename*=UTF-8\'\'A%20talk.mp4',
    );
    const progressive = stored(Buffer.from(await download.arrayBuffer()), 'mp4');
    expect(await judge(progressive)).to.deep.equal([]);
    expect(await numbersIn(progressive)).to.deep.equal(numbers(0, 180));
    const part = await server.fetch(`/assets/${asset.id}/download`, { range: 'bytes=4-7' });
    expect([part.status, await part.text()]).to.deep.equal([206, 'ftyp']);

    const { variants } = await readMultivariant(asset.playback.hls_url);
    for (const { url } of variants) {
      expect((await readMedia(url)).ended).to.equal(true);
      expect(await numbersIn(url)).to.deep.equal(numbers(0, 180));
    }
    expect(await complaints(asset.playback.hls_url)).to.deep.equal([]);
    expect((await fetch(asset.playback.hls_url)).headers.get('cache-control')).to.equal('public, no-cache');
  });

  it('keeps the source also where viewers are not offered it', async () => {
    const channel = await Channel.create(server);
    const large = { size: '1280x720', gop: 3 };
    expect(await publishAtOnce(channel.publishUrl, large, 6).ended).to.equal(0);
    await received(channel);
    expect([...(await channel.renditions()).keys()]).not.to.include('source');
    await end(channel);
    const asset = await recordingOf(server, channel.stream.id);
    expect(asset.tracks.map(({ name }) => name)).not.to.include('source');
    const [file] = recordedFiles(server, asset);
    expect(await judge(file!)).to.deep.equal([]);
    expect(await numbersIn(file!)).to.deep.equal(numbers(0, 180));
    expect(await complaints(asset.playback.hls_url)).to.deep.equal([]);
  });

  it('is one over a reconnect, and lists the gap', async () => {
    const channel = await Channel.create(server);
    expect(await publish(channel.publishUrl, {}, 3).ended).to.equal(0);
    await received(channel);
    await delay(AWAY_MS);
    expect(await publishAtOnce(channel.publishUrl, { first: SECOND }, 3).ended).to.equal(0);
    await received(channel);
    await end(channel);
    const asset = await recordingOf(server, channel.stream.id);
    expect(asset.gaps).to.have.length(1);
    expect(asset.gaps[0]!.start).to.be.closeTo(3, 0.1);
    expect(asset.gaps[0]!.duration).to.be.above(AWAY_MS / 2000);
    const [file, ...others] = recordedFiles(server, asset);
    expect(others).to.deep.equal([]);
    expect(await judge(file!)).to.deep.equal([]);
    expect(await numbersIn(file!)).to.deep.equal([...numbers(0, 90), ...numbers(SECOND, 90)]);
    expect(await complaints(asset.playback.hls_url)).to.deep.equal([]);
  });

  it('is two files, played as one, where the picture changes its size', async () => {
    const channel = await Channel.create(server);
    expect(await publishAtOnce(channel.publishUrl, {}, 3).ended).to.equal(0);
    await received(channel);
    expect(await publishAtOnce(channel.publishUrl, { size: '480x270', first: SECOND }, 3).ended).to.equal(0);
    await received(channel);
    await end(channel);
    const asset = await recordingOf(server, channel.stream.id);
    expect(asset.files.map(({ number }) => number)).to.deep.equal([0, 1]);
    const [first, second] = recordedFiles(server, asset);
    for (const file of [first!, second!]) expect(await judge(file)).to.deep.equal([]);
    expect(await numbersIn(first!)).to.deep.equal(numbers(0, 90));
    expect(await numbersIn(second!)).to.deep.equal(numbers(SECOND, 90));
    expect(asset.files[1]!.start).to.be.closeTo(3, 0.1);
    // ffmpeg 5.1 goes on with the first initialization section of a playlist: it is given what belongs to each.
    const { variants } = await readMultivariant(asset.playback.hls_url);
    const [before, after, ...others] = await piecesOf(variants[0]!.url);
    expect(others).to.deep.equal([]);
    expect(await numbersIn(stored(before!, 'mp4'))).to.deep.equal(numbers(0, 90));
    expect(await numbersIn(stored(after!, 'mp4'))).to.deep.equal(numbers(SECOND, 90));
  });

  it('is made of sound alone, and of pictures alone', async () => {
    for (const picture of [{ video: false }, { audio: false }]) {
      const channel = await Channel.create(server);
      expect(await publishAtOnce(channel.publishUrl, picture, 8).ended).to.equal(0);
      await received(channel);
      await end(channel);
      const asset = await recordingOf(server, channel.stream.id);
      const [file] = recordedFiles(server, asset);
      expect(await judge(file!)).to.deep.equal([]);
      expect(asset.duration).to.be.closeTo(8, 0.2);
    }
  });

  it('is not kept where it is too short, and says so; is not made where the stream wants none', async () => {
    const short = await Channel.create(server);
    expect(await publishAtOnce(short.publishUrl, { size: '160x90' }, 0.5).ended).to.equal(0);
    await received(short);
    await end(short);
    await until(async () => (await short.events()).some(({ type }) => type === 'recording.discarded'), 'the event');
    const unwanted = await Channel.create(server, { record: false });
    expect(await publishAtOnce(unwanted.publishUrl, {}, 3).ended).to.equal(0);
    await received(unwanted);
    await end(unwanted);
    const { data } = await server.api<{ data: { stream_id: string }[] }>('GET', '/assets?kind=recording&limit=100');
    const streams = data.map(({ stream_id: id }) => id);
    expect(streams).not.to.include.members([short.stream.id]);
    expect(streams).not.to.include.members([unwanted.stream.id]);
  });

  it('is for holders of a token alone where its stream is protected', async () => {
    const channel = await Channel.create(server, { visibility: 'protected' });
    expect(await publishAtOnce(channel.publishUrl, {}, 3).ended).to.equal(0);
    await received(channel);
    await end(channel);
    const { id, visibility, playback } = await recordingOf(server, channel.stream.id);
    expect(visibility).to.equal('protected');
    const bare = await fetch(playback.hls_url);
    expect([bare.status, ((await bare.json()) as { code: string }).code]).to.deep.equal([
      403,
      'LS_PLAYBACK_TOKEN_MISSING',
    ]);
    const { token } = await server.api<{ token: string }>('POST', `/assets/${id}/playback-tokens`, {});
    const withToken = `${playback.hls_url}?token=${token}`;
    expect(await complaints(withToken)).to.deep.equal([]);
    const { variants } = await readMultivariant(withToken);
    expect((await fetch(variants[0]!.url)).headers.get('cache-control')).to.match(/^private, /);
    await server.api('PATCH', `/assets/${id}`, { visibility: 'public' });
    expect((await fetch(playback.hls_url)).status).to.equal(200);
  });

  it('is gone from all addresses when it is deleted', async () => {
    const channel = await Channel.create(server);
    expect(await publishAtOnce(channel.publishUrl, {}, 3).ended).to.equal(0);
    await received(channel);
    await end(channel);
    const { id, playback } = await recordingOf(server, channel.stream.id);
    await server.api('DELETE', `/assets/${id}`);
    expect((await fetch(playback.hls_url)).status).to.equal(404);
    expect((await fetch(channel.url)).status, "the session's address").to.equal(404);
  });

  it('goes with its stream where that is deleted while it is live', async () => {
    const channel = await Channel.create(server);
    publish(channel.publishUrl);
    await channel.playing(2);
    const [session] = await channel.sessions();
    const path = join(server.dataDir, 'media', 'recordings', session!.id);
    const isThere = (what: string) => stat(what).then(Boolean, () => false);
    await until(() => isThere(path), 'something to be recorded');
    await server.api('DELETE', `/streams/${channel.stream.id}`);
    await until(async () => !(await isThere(path)), 'what was recorded to be gone');
  });

  it('is ready within two seconds after the end of a session that goes on for a while', async () => {
    const channel = await Channel.create(server, { reconnect_window: 0 });
    const publisher = publish(channel.publishUrl);
    await channel.playing(4);
    await publisher.stop();
    const { id } = await recordingOf(server, channel.stream.id);
    const at = async (type: string) => (await channel.events()).find((event) => event.type === type)!;
    const [ended, ready] = [await at('session.ended'), await at('asset.ready')];
    expect(ready.data.asset_id).to.equal(id);
    const time = (event: unknown) => Date.parse((event as { created_at: string }).created_at);
    expect(time(ready) - time(ended)).to.be.below(2000);
  });
});
