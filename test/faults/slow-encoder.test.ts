/** A machine that is too slow for its ladder: the highest encoded quality goes, and everything else stays. */
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { readMedia } from '../support/playlists.ts';
import { type Publisher, publish } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { watch } from '../support/viewer.ts';
import { CONFIG, encodersOf, PICTURE } from './wreckage.ts';

/** Milliseconds of each period in which the encoder may run: a tenth of what it wants. */
const PERIOD = 400;
const RUNNING = 25;

describe('an encoder that does not keep up', function () {
  this.timeout(180_000);
  let server: TestServer;
  let publisher: Publisher;
  let period: NodeJS.Timeout | undefined;

  before(async () => {
    server = await startServer({ config: CONFIG });
  });

  after(async () => {
    clearInterval(period);
    signalEncoders('SIGCONT');
    await publisher.stop();
    await server.stop();
  });

  function signalEncoders(signal: NodeJS.Signals): void {
    for (const { pid } of encodersOf(server)) process.kill(pid, signal);
  }

  it('loses its highest quality, with an event that says so, while source and the rest go on', async () => {
    const channel = await Channel.create(server, { latency: 'low', reconnect_window: 0, dvr_window: 300 });
    publisher = publish(channel.publishUrl, PICTURE);
    await channel.playing(2);
    const before = await channel.renditions();
    expect([...before.keys()]).to.have.members(['source', '360p', '240p', 'audio']);

    period = setInterval(() => {
      signalEncoders('SIGCONT');
      setTimeout(() => signalEncoders('SIGSTOP'), RUNNING);
    }, PERIOD);
    const slow = await channel.event('session.encoder_slow');
    clearInterval(period);
    signalEncoders('SIGCONT');
    expect(slow.data).to.include({ dropped_rendition: '360p' });
    expect(slow.data.speed).to.be.below(1);

    await until(async () => !(await channel.renditions()).has('360p'), '360p to be offered no more');
    expect((await fetch(before.get('360p')!)).status, 'players that are told 404 go to another quality').to.equal(404);
    const { issues } = await channel.health();
    expect(issues.map(({ code }) => code)).to.include('encoder_slow');

    const source = await readMedia(before.get('source')!);
    for (const name of ['source', '240p']) {
      await until(async () => {
        const list = await readMedia(before.get(name)!);
        return list.sequence + list.segments.length >= source.sequence + source.segments.length + 3;
      }, `${name} to go on`);
    }
    await publisher.stop();
    await channel.state('ended');
    const { frames } = await watch((await channel.renditions()).get('source')!);
    expect(frames.map(({ number }) => number)).to.deep.equal(frames.map((_, at) => at));
    expect(frames.length).to.be.above(0);
  });
});
