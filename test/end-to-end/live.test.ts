/** From a publish to a picture: what viewers are offered, that it plays without a complaint, and that all of it is in step. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { readMedia, readMultivariant } from '../support/playlists.ts';
import { descendants } from '../support/processes.ts';
import { type Publisher, publish, publishAtOnce } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { complaints, type Heard, listen, probePlaylist, type SeenFrame, watch } from '../support/viewer.ts';

const configFile = (name: string) => fileURLToPath(new URL(`${name}.config.mjs`, import.meta.url));

/** Milliseconds. */
const IN_STEP = 40;

/** Each beep sounds as the first frame of its second shows. */
function expectInStep(frames: SeenFrame[], { beeps }: Heard, rate: number): void {
  const seconds = frames.filter(({ number }) => number % rate === 0).map(({ time }) => time);
  expect(beeps.length).to.be.greaterThan(0);
  for (const beep of beeps) {
    const nearest = Math.min(...seconds.map((second) => Math.abs(second - beep)));
    expect(nearest, `a beep at ${beep} ms, seconds that begin at ${seconds}`).to.be.lessThan(IN_STEP);
  }
}

/** The same frames at the same milliseconds, and keyframes at the same places. */
function expectAligned(frames: SeenFrame[], others: SeenFrame[]): void {
  expect(others.map(({ number }) => number)).to.deep.equal(frames.map(({ number }) => number));
  for (const [at, frame] of frames.entries()) {
    expect(Math.abs(others[at]!.time - frame.time), `frame ${frame.number}`).to.be.lessThan(1);
    expect(others[at]!.keyframe, `whether frame ${frame.number} is a keyframe`).to.equal(frame.keyframe);
  }
}

function expectConsecutive(frames: SeenFrame[], first: number, count: number): void {
  expect(frames.map(({ number }) => number)).to.deep.equal(Array.from({ length: count }, (_, at) => first + at));
}

/** All pictures of an ended session, by rendition; each has every frame, and they are aligned. */
async function expectAllPictures(channel: Channel, first: number, count: number): Promise<SeenFrame[]> {
  let frames: SeenFrame[] | null = null;
  for (const [name, url] of await channel.renditions()) {
    if (name === 'audio') continue;
    const seen = await watch(url);
    expect(seen.complaints, name).to.deep.equal([]);
    frames ??= seen.frames;
    expectConsecutive(seen.frames, first, count);
    expectAligned(frames, seen.frames);
  }
  return frames!;
}

describe('a live stream', function () {
  this.timeout(180_000);

  describe('with the default ladder', () => {
    let server: TestServer;
    let channel: Channel;
    let publisher: Publisher;

    before(async () => {
      server = await startServer();
      channel = await Channel.create(server, { reconnect_window: 0, dvr_window: 60 });
      publisher = publish(channel.publishUrl, { size: '1280x720', encoder: ['-b:v', '2500k'] });
      await channel.playing(2);
    });

    after(async () => {
      await publisher?.kill();
      await server?.stop();
    });

    it('offers the source and two smaller renditions, and says truly what they are', async () => {
      const { variants, audio } = await readMultivariant(channel.url);
      const offered = variants.map(({ attributes }) => `${attributes.RESOLUTION} ${attributes['FRAME-RATE']}`);
      expect(offered).to.have.members(['1280x720 30.000', '854x480 30.000', '640x360 30.000']);
      expect(audio).to.have.length(1);
      for (const { attributes, url } of variants) {
        const { streams } = await probePlaylist(url);
        const [width, height] = attributes.RESOLUTION!.split('x').map(Number);
        expect(streams.map((stream) => stream.codec_type)).to.deep.equal(['video']);
        expect(streams[0]).to.include({ codec_name: 'h264', width, height });
        const profiles: Record<string, string> = { '42c0': 'Constrained Baseline', '6400': 'High' };
        const [video, sound] = attributes.CODECS!.split(',');
        expect(profiles[video!.slice('avc1.'.length, -2)]).to.equal(streams[0]!.profile);
        expect(Number.parseInt(video!.slice(-2), 16)).to.equal(Number(streams[0]!.level));
        expect(sound).to.equal('mp4a.40.2');
      }
    });

    it('plays in ffmpeg without a complaint, as a whole and each rendition, while it goes on', async () => {
      expect((await probePlaylist(channel.url)).complaints).to.deep.equal([]);
      expect(await complaints(channel.url, 2)).to.deep.equal([]);
      for (const [name, url] of await channel.renditions()) {
        expect((await probePlaylist(url)).complaints, name).to.deep.equal([]);
        const seen = name === 'audio' ? await listen(url, 2) : await watch(url, 60);
        expect(seen.complaints, name).to.deep.equal([]);
      }
    });

    it('sounds, in step with the picture', async () => {
      const renditions = await channel.renditions();
      const heard = await listen(renditions.get('audio')!, 3);
      expect(heard.loudest).to.be.within(0.15, 0.5);
      expectInStep((await watch(renditions.get('source')!, 120)).frames, heard, 30);
    });

    it('is in good health, measured by itself', async () => {
      const health = await channel.health();
      expect(health).to.deep.include({ status: 'good', issues: [] });
      expect(health.source!.video).to.include({ codec: 'h264', width: 1280, height: 720, frame_rate: 30 });
    });

    it('has every frame in each rendition at the same millisecond, the last one too, once it has ended', async () => {
      await publisher.stop();
      expect(publisher.output()).to.equal('');
      const { end_reason } = await channel.state('ended');
      expect(end_reason).to.equal('the publisher did not return');
      const source = (await channel.renditions()).get('source')!;
      const { ended, segments, discontinuitySequence } = await readMedia(source);
      expect({ ended, first: segments[0]!.sequence, discontinuitySequence }).to.deep.equal({
        ended: true,
        first: 0,
        discontinuitySequence: 0,
      });
      const { frames } = await watch(source);
      await expectAllPictures(channel, 0, frames.length);
      expect(await complaints(channel.url)).to.deep.equal([]);
    });
  });

  describe('with one small rung', () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ config: configFile('small-ladder') });
    });

    after(async () => {
      await server?.stop();
    });

    for (const rate of ['24', '25', '30', '50', '60', '30000/1001']) {
      for (const latency of ['standard', 'low']) {
        it(`keeps every frame of ${rate} frames a second in place, ${latency} latency`, async () => {
          const channel = await Channel.create(server, { reconnect_window: 0, latency });
          const publisher = publishAtOnce(channel.publishUrl, { rate }, 3);
          expect(await publisher.ended, publisher.output()).to.equal(0);
          await channel.state('ended');
          const [numerator, denominator = 1] = rate.split('/').map(Number) as [number, number?];
          const exact = numerator / denominator;
          const { variants } = await readMultivariant(channel.url);
          expect(variants.map(({ attributes }) => attributes['FRAME-RATE'])).to.deep.equal(
            Array.from({ length: 2 }, () => exact.toFixed(3)),
          );
          const frames = await expectAllPictures(channel, 0, Math.ceil(3 * exact));
          for (const [at, { time }] of frames.entries())
            expect(Math.abs(time - frames[0]!.time - (at * 1000) / exact), `frame ${at}`).to.be.lessThan(1.5);
          const heard = await listen((await channel.renditions()).get('audio')!);
          expectInStep(frames, heard, Math.round(exact));
        });
      }
    }

    it('keeps a portrait picture with B-frames as it is', async () => {
      const channel = await Channel.create(server, { reconnect_window: 0 });
      const publisher = publishAtOnce(channel.publishUrl, { size: '360x640', bframes: 2 }, 3);
      expect(await publisher.ended, publisher.output()).to.equal(0);
      await channel.state('ended');
      const { variants } = await readMultivariant(channel.url);
      expect(variants.map(({ attributes }) => attributes.RESOLUTION)).to.have.members(['360x640', '240x426']);
      const frames = await expectAllPictures(channel, 0, 90);
      expectInStep(frames, await listen((await channel.renditions()).get('audio')!), 30);
    });

    it('lists parts of the length that the latency promises, and holds players back by three', async () => {
      for (const [latency, part, segment] of [
        ['standard', 0.5, 2],
        ['low', 0.2, 1],
      ] as const) {
        const channel = await Channel.create(server, { reconnect_window: 0, latency });
        const publisher = publish(channel.publishUrl);
        await channel.playing(2);
        const { text, parts, segments, targetDuration } = await readMedia((await channel.renditions()).get('source')!);
        await publisher.kill();
        expect(text).to.include(`#EXT-X-PART-INF:PART-TARGET=${part}\n`);
        expect(targetDuration).to.equal(2);
        expect(new Set(segments.map(({ duration }) => duration))).to.deep.equal(new Set([segment]));
        for (const { DURATION } of parts) expect(Number(DURATION)).to.be.within(0.85 * part, part);
        const holdBack = Number(/PART-HOLD-BACK=([\d.]+)/.exec(text)![1]);
        expect(holdBack).to.be.within(3 * part, 3.3 * part);
      }
    });

    it('lists what the DVR window reaches back to, and no more', async () => {
      const [short, long] = [
        await Channel.create(server, { reconnect_window: 60, latency: 'low', dvr_window: 0 }),
        await Channel.create(server, { reconnect_window: 60, latency: 'low', dvr_window: 3600 }),
      ];
      for (const channel of [short, long])
        expect(await publishAtOnce(channel.publishUrl, { size: '320x180', audio: false }, 25).ended).to.equal(0);
      await short.state('reconnecting');
      await long.state('reconnecting');
      const lists = await Promise.all(
        [short, long].map(async (channel) => readMedia((await channel.renditions()).get('source')!)),
      );
      expect(lists[1]!.segments).to.have.length(25);
      expect(lists[0]!.segments.length).to.be.within(20, 22);
      expect(lists[0]!.segments.at(-1)!.sequence).to.equal(24);
      const first = lists[0]!.segments[0]!.sequence;
      const seen = await watch((await short.renditions()).get('source')!, 30);
      expect(seen.frames[0]!.number).to.equal(30 * first);
    });
  });

  it('plays the source alone without an encoder where no plugin asks for more', async () => {
    const server = await startServer({ config: configFile('source-only') });
    try {
      const channel = await Channel.create(server, { reconnect_window: 0 });
      const publisher = publish(channel.publishUrl);
      await channel.playing(1);
      const ours = descendants().filter(({ pid }) => pid !== publisher.process.pid);
      expect(ours.filter(({ command }) => /ffmpeg/.test(command))).to.deep.equal([]);
      expect([...(await channel.renditions()).keys()]).to.deep.equal(['source', 'audio']);
      await publisher.stop();
      await channel.state('ended');
      const { frames } = await watch((await channel.renditions()).get('source')!);
      await expectAllPictures(channel, 0, frames.length);
    } finally {
      await server.stop();
    }
  });
});
