/** The life of sessions as publishers, viewers and owners see it: drops, returns, takeovers, ends, tokens. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { type Media, readMedia, readMultivariant } from '../support/playlists.ts';
import { killPublishers, publish, publishAtOnce } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { complaints, listen, watch } from '../support/viewer.ts';

const SMALL_LADDER = fileURLToPath(new URL('small-ladder.config.mjs', import.meta.url));

/** Where the second publisher's numbers begin, so that its frames are known from the first's. */
const SECOND = 10_000;

describe('a session', function () {
  this.timeout(120_000);
  let server: TestServer;

  before(async () => {
    server = await startServer({ config: SMALL_LADDER });
  });

  afterEach(killPublishers);

  after(async () => {
    await server?.stop();
  });

  it('goes on when its publisher drops and returns, and is watched from the same address when it has ended', async () => {
    const channel = await Channel.create(server, { reconnect_window: 60, latency: 'low' });
    const first = publish(channel.publishUrl);
    await channel.playing(2);
    const [before] = await channel.sessions();
    const source = (await channel.renditions()).get('source')!;
    const listed = await readMedia(source);
    await first.kill();
    await channel.state('reconnecting');
    expect((await readMedia(source)).ended, 'the playlist only stops').to.equal(false);

    expect(await publishAtOnce(channel.publishUrl, { first: SECOND }, 3).ended).to.equal(0);
    await until(async () => (await channel.sessions())[0]!.state === 'reconnecting', 'the second publisher to be gone');
    expect((await channel.sessions()).map(({ id }) => id)).to.deep.equal([before!.id]);
    expect((await channel.renditions()).get('source')).to.equal(source);
    const renditions = await channel.renditions();
    const lists = new Map<string, Media>();
    for (const [name, url] of renditions) lists.set(name, await readMedia(url));
    for (const [name, { segments, sequence, ended }] of lists) {
      expect({ sequence, ended }, name).to.deep.equal({ sequence: listed.sequence, ended: false });
      expect(segments.length).to.be.greaterThan(listed.segments.length);
      const breaks = segments.filter(({ discontinuity }) => discontinuity).map((segment) => segment.sequence);
      const ofSource = lists.get('source')!.segments.filter(({ discontinuity }) => discontinuity);
      expect(breaks, name).to.deep.equal([ofSource[0]!.sequence]);
    }

    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    await channel.state('ended');
    for (const [name, url] of await channel.renditions()) {
      const media = await readMedia(url);
      expect(media.ended, name).to.equal(true);
      expect(media.segments.map(({ sequence }) => sequence)).to.deep.equal(
        lists.get(name)!.segments.map(({ sequence }) => sequence),
      );
      if (name === 'audio') continue;
      const { frames, complaints: said } = await watch(url);
      expect(said, name).to.deep.equal([]);
      const numbers = frames.map(({ number }) => number);
      const ofFirst = numbers.filter((number) => number < SECOND);
      expect(ofFirst).to.deep.equal(ofFirst.map((_, at) => at));
      expect(numbers.slice(ofFirst.length)).to.deep.equal(Array.from({ length: 90 }, (_, at) => SECOND + at));
    }
    expect(await complaints(channel.url)).to.deep.equal([]);
    expect((await listen(renditions.get('audio')!)).beeps.length).to.be.greaterThan(3);

    const events = (await channel.events()).map(({ type }) => type);
    const life = events.filter((type) => !/^session\.(source|plan|encoder|live)/.test(type));
    expect(life).to.deep.equal([
      'session.started',
      'publish.started',
      'publish.ended',
      'session.reconnecting',
      'session.resumed',
      'publish.started',
      'publish.ended',
      'session.reconnecting',
      'session.ended',
    ]);
    expect(events).to.include.members(['session.source', 'session.plan', 'session.live']);
  });

  it('ends after the reconnect window, and the next publish is another session at the same address', async () => {
    const channel = await Channel.create(server, { reconnect_window: 1 });
    expect(await publishAtOnce(channel.publishUrl, {}, 2).ended).to.equal(0);
    const first = await channel.state('ended');
    expect(first.end_reason).to.equal('the publisher did not return');
    expect((await readMultivariant(channel.url)).text).to.include(first.id);
    publish(channel.publishUrl, { first: SECOND });
    await channel.state('live');
    const offered = await channel.playing(1);
    expect(offered.text).to.not.include(first.id);
    const seen = await watch((await channel.renditions()).get('source')!, 30);
    expect(seen.frames[0]!.number).to.equal(SECOND);
  });

  it('refuses a second publisher while the first sends, and says why', async () => {
    const channel = await Channel.create(server, { reconnect_window: 60 });
    const first = publish(channel.publishUrl);
    await channel.playing(1);
    const second = publish(channel.publishUrl, { first: SECOND }, 5);
    expect(await second.ended).to.not.equal(0);
    expect(second.output()).to.include('Another encoder is sending to this stream.');
    expect(first.process.exitCode).to.equal(null);
    await first.stop();
    expect(first.output()).to.equal('');
  });

  it('lets a second publisher take over from one that is silent', async () => {
    const channel = await Channel.create(server, { reconnect_window: 60 });
    const first = publish(channel.publishUrl);
    await channel.playing(1);
    first.process.kill('SIGSTOP');
    await until(async () => (await channel.health()).status === 'no_data', 'the first publisher to be silent');
    const second = publish(channel.publishUrl, { first: SECOND });
    await channel.event('session.resumed');
    await channel.event('publish.ended', ({ data }) => /took over/.test(String(data.reason)));
    const source = (await channel.renditions()).get('source')!;
    await until(
      async () => (await readMedia(source)).segments.some(({ discontinuity }) => discontinuity),
      'the second publisher in the playlist',
    );
    await first.kill();
    await second.stop();
    expect(second.output()).to.equal('');
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    const { frames } = await watch(source);
    expect(frames.map(({ number }) => number)).to.include(SECOND);
  });

  it('drops the publisher whose key is deleted, and lets it in no more', async () => {
    const channel = await Channel.create(server, { reconnect_window: 60 });
    const publisher = publish(channel.publishUrl);
    await channel.playing(1);
    await server.api('DELETE', `/streams/${channel.stream.id}/keys/${channel.stream.keyId}`);
    expect(await publisher.ended).to.not.equal(0);
    const { data } = await channel.event('publish.ended');
    expect(data.reason).to.equal('The stream key was deleted.');
    const again = publish(channel.publishUrl, {}, 2);
    expect(await again.ended).to.not.equal(0);
    expect(again.output()).to.include('No stream has this key');
  });

  it('ends at once when its owner disconnects it', async () => {
    const channel = await Channel.create(server, { reconnect_window: 1800 });
    const publisher = publish(channel.publishUrl);
    await channel.playing(1);
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    expect(await publisher.ended).to.not.equal(0);
    expect((await channel.state('ended')).end_reason).to.equal('disconnected by its owner');
    expect((await readMedia((await channel.renditions()).get('source')!)).ended).to.equal(true);
  });

  it('takes no expired key, and each of several keys that are not', async () => {
    const channel = await Channel.create(server, { reconnect_window: 0 });
    const path = `/streams/${channel.stream.id}/keys`;
    const key = async (expiresAt: string) =>
      (await server.api<{ key: string }>('POST', path, { label: 'Other', expires_at: expiresAt })).key;
    const old = await key(new Date(Date.now() + 1000).toISOString());
    const valid = await key(new Date(Date.now() + 3_600_000).toISOString());
    const urlOf = (secret: string) => server.rtmpUrl({ ...channel.stream, key: secret });
    await until(async () => {
      const tried = publishAtOnce(urlOf(old), {}, 1);
      return (await tried.ended) !== 0 && tried.output().includes('expired');
    }, 'the key to expire');
    expect(await publishAtOnce(urlOf(valid), {}, 1).ended).to.equal(0);
  });

  it('is watched with a token alone where the stream is protected', async () => {
    const channel = await Channel.create(server, { reconnect_window: 0, visibility: 'protected' });
    expect(await publishAtOnce(channel.publishUrl, {}, 3).ended).to.equal(0);
    await channel.state('ended');
    const refused = await fetch(channel.url);
    expect(refused.status).to.be.oneOf([401, 403]);
    const path = `/streams/${channel.stream.id}/playback-tokens`;
    const { token } = await server.api<{ token: string }>('POST', path, { expires_in: 60 });
    expect((await fetch(`${channel.url}?token=${token}x`)).status).to.be.oneOf([401, 403]);
    const withToken = `${channel.url}?token=${token}`;
    expect(await complaints(withToken)).to.deep.equal([]);
    expect((await watch(withToken)).frames).to.have.length(90);
    const { variants } = await readMultivariant(withToken);
    const { segments, inits } = await readMedia(variants[0]!.url);
    for (const url of [variants[0]!.url, segments[0]!.url, inits[0]!]) {
      expect((await fetch(url)).status, url).to.equal(200);
      const without = url.replace(`~${token}/`, '');
      expect((await fetch(without)).status, without).to.equal(403);
      expect((await fetch(url.replace(token, `${token}x`))).status, url).to.equal(403);
    }
  });

  it('is one of two side by side, each with its own pictures', async () => {
    const channels = [await Channel.create(server), await Channel.create(server, { latency: 'low' })] as const;
    const publishers = channels.map((channel, at) =>
      publish(channel.publishUrl, { size: '320x180', first: at * SECOND }),
    );
    for (const [at, channel] of channels.entries()) {
      await channel.playing(2);
      const { frames } = await watch(channel.url, 60);
      expect(frames[0]!.number).to.equal(at * SECOND);
      expect((await channel.health()).status).to.equal('good');
    }
    await publishers[0]!.kill();
    await channels[0].state('reconnecting');
    const { sequence, segments } = await readMedia((await channels[1].renditions()).get('source')!);
    await until(async () => {
      const later = await readMedia((await channels[1].renditions()).get('source')!);
      return later.sequence + later.segments.length > sequence + segments.length + 1;
    }, 'the other stream to go on');
    expect((await channels[1].sessions())[0]!.state).to.equal('live');
    await publishers[1]!.kill();
  });
});
