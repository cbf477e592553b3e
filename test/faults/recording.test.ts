/** The server is killed in the middle of a recording: what it had is whole, and the next start goes on with it. */

import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { readMedia } from '../support/playlists.ts';
import { killPublishers, type Publisher, publish } from '../support/publisher.ts';
import { judge, recordedFiles, recordingOf } from '../support/recordings.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { watch } from '../support/viewer.ts';

const CONFIG = fileURLToPath(new URL('../end-to-end/recording.config.mjs', import.meta.url));
/** Frames of a part. When the server is killed one may be on its way to the disk, and another not encoded yet. */
const PART = 15;
/** Number of the first frame of the publisher that returns. */
const AGAIN = 10_000;

describe('a recording whose server is killed', function () {
  this.timeout(180_000);
  let server: TestServer;
  let publisher: Publisher;

  beforeEach(async () => {
    server = await startServer({ config: CONFIG });
  });

  afterEach(async () => {
    await killPublishers();
    await server.stop();
  });

  /** How many frames of the source viewers are offered, those of the segment that is being made included. */
  async function offered(channel: Channel): Promise<number> {
    const { segments, text } = await readMedia((await channel.renditions()).get('source')!);
    const open = text.slice(text.lastIndexOf('#EXTINF')).matchAll(/#EXT-X-PART:DURATION=([\d.]+)/g);
    const seconds = [
      ...segments.map(({ duration }) => duration),
      ...Array.from(open, ([, duration]) => Number(duration)),
    ];
    return Math.round(seconds.reduce((sum, duration) => sum + duration, 0) * 30);
  }

  async function startAgain({ stream }: Channel): Promise<Channel> {
    server = await startServer({ config: CONFIG, dataDir: server.dataDir, ports: server.ports });
    return new Channel(server, stream);
  }

  it('is finished by the next start, and has what viewers were offered, but for a part or two', async () => {
    const channel = await Channel.create(server, { reconnect_window: 0 });
    publisher = publish(channel.publishUrl);
    await channel.playing(2);
    // Late within a segment, which so has begun to be a loss.
    const seen = await until(async () => {
      const frames = await offered(channel);
      return frames % 60 >= 3 * PART && frames;
    }, 'most of a segment');
    await server.kill();
    await publisher.ended;
    await startAgain(channel);
    const asset = await recordingOf(server, channel.stream.id);
    const [file, ...others] = recordedFiles(server, asset);
    expect(others).to.deep.equal([]);
    expect(await judge(file!)).to.deep.equal([]);
    const { frames } = await watch(file!);
    expect(frames.map(({ number }) => number)).to.deep.equal(frames.map((_, at) => at));
    expect(frames.length).to.be.at.least(seen - 2 * PART);
  });

  it('goes on when the publisher returns', async () => {
    let channel = await Channel.create(server, { reconnect_window: 60 });
    publisher = publish(channel.publishUrl);
    await channel.playing(2);
    await server.kill();
    await publisher.ended;
    channel = await startAgain(channel);
    publisher = publish(channel.publishUrl, { first: AGAIN }, 4);
    expect(await publisher.ended).to.equal(0);
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    const asset = await recordingOf(server, channel.stream.id);
    expect(asset.gaps).to.have.length(1);
    const [file, ...others] = recordedFiles(server, asset);
    expect(others).to.deep.equal([]);
    expect(await judge(file!)).to.deep.equal([]);
    const numbers = (await watch(file!)).frames.map(({ number }) => number);
    const before = numbers.filter((number) => number < AGAIN);
    expect(before).to.deep.equal(before.map((_, at) => at));
    expect(numbers.slice(before.length)).to.deep.equal(Array.from({ length: 120 }, (_, at) => AGAIN + at));
  });

  it('is finished once, also where the kill falls into its end', async () => {
    const channel = await Channel.create(server, { reconnect_window: 60 });
    publisher = publish(channel.publishUrl);
    await channel.playing(3);
    await publisher.stop();
    // The answer comes when the session has ended; what follows is the recording's end.
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    await delay(Math.random() * 60);
    await server.kill();
    await startAgain(channel);
    // Its job is taken back at once; only one that was taken in the very moment of the kill is not, until its heartbeat has been missed.
    const asset = await recordingOf(server, channel.stream.id, 120);
    const [file] = recordedFiles(server, asset);
    expect(await judge(file!)).to.deep.equal([]);
    const { data } = await server.api<{ data: unknown[] }>('GET', `/assets?stream_id=${channel.stream.id}`);
    expect(data).to.have.length(1);
    expect((await channel.events()).filter(({ type }) => type === 'asset.ready')).to.have.length(1);
  });
});
