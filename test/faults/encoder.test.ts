/** A session's ffmpeg is killed: `source` does not notice, and no encoded quality has a hole. */
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { readMedia } from '../support/playlists.ts';
import type { Process } from '../support/processes.ts';
import { type Publisher, publish } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { CONFIG, encodersOf, expectWhole, PICTURE, QUALITIES, readAlike, watchAlike } from './wreckage.ts';

describe('a killed encoder', function () {
  this.timeout(180_000);
  let server: TestServer;
  let publisher: Publisher | undefined;

  before(async () => {
    server = await startServer({ config: CONFIG });
  });

  afterEach(async () => {
    await publisher?.stop();
    publisher = undefined;
  });

  after(() => server.stop());

  /** A stream that is live in all its qualities, whose session ends with its publisher. */
  async function goLive(): Promise<Channel> {
    const channel = await Channel.create(server, { latency: 'low', reconnect_window: 0, dvr_window: 300 });
    publisher = publish(channel.publishUrl, PICTURE);
    await channel.playing(3);
    return channel;
  }

  async function killEncoder(): Promise<Process> {
    const [encoder] = encodersOf(server);
    process.kill(encoder!.pid, 'SIGKILL');
    return encoder!;
  }

  /** Waits until each quality has so many segments more than `source` has now. */
  async function goesOn(renditions: Map<string, string>, segments: number): Promise<void> {
    const { sequence, segments: listed } = await readMedia(renditions.get('source')!);
    const wanted = sequence + listed.length + segments;
    for (const url of renditions.values()) {
      await until(async () => {
        const list = await readMedia(url);
        return list.sequence + list.segments.length >= wanted;
      }, `segment ${wanted} of ${url}`);
    }
  }

  async function end(channel: Channel): Promise<void> {
    await publisher!.stop();
    await channel.state('ended');
  }

  it('is started again, and every quality has every frame', async () => {
    const channel = await goLive();
    const renditions = await channel.renditions();
    expect([...renditions.keys()]).to.have.members([...QUALITIES, 'audio']);
    const killed = await killEncoder();
    await channel.event('session.encoder_restarted');
    await goesOn(renditions, 4);
    const running = encodersOf(server);
    expect(running).to.have.length(1);
    expect(running[0]!.pid).not.to.equal(killed.pid);
    await readAlike(renditions);

    await end(channel);
    expect(encodersOf(server)).to.deep.equal([]);
    const lists = await readAlike(renditions);
    for (const [name, list] of lists) {
      expect(list.ended, `${name} is ended`).to.equal(true);
      expect(list.text, name).not.to.match(/#EXT-X-(DISCONTINUITY$|GAP)/m);
    }
    expectWhole(await watchAlike(renditions));
  });

  it('lets the source go on while it dies again and again, and catches up afterwards', async () => {
    const channel = await goLive();
    const renditions = await channel.renditions();
    const source = renditions.get('source')!;
    const start = await readMedia(source);
    const deaths = new Set<number>();
    await until(async () => {
      for (const { pid } of encodersOf(server)) {
        if (deaths.has(pid)) continue;
        deaths.add(pid);
        process.kill(pid, 'SIGKILL');
      }
      const now = await readMedia(source);
      return deaths.size >= 3 && now.sequence + now.segments.length >= start.sequence + start.segments.length + 3;
    }, 'three segments of the source while its encoders die');
    await goesOn(renditions, 2);
    await end(channel);
    await readAlike(renditions);
    expectWhole(await watchAlike(renditions));
  });
});
