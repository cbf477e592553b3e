/** The server and its helpers are killed or stopped in the middle of a broadcast: nothing is left, and the next start goes on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Media, readMedia } from '../support/playlists.ts';
import { descendants, type Process } from '../support/processes.ts';
import { type Publisher, publish } from '../support/publisher.ts';
import { freePorts, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { allGone, CONFIG, expectWhole, PICTURE, processesOf, readAlike, readTogether, watchAlike } from './wreckage.ts';

const COMMAND = fileURLToPath(new URL('../../scripts/livestreams.mjs', import.meta.url));
/** Number of the first frame of the publisher that returns. */
const AGAIN = 10_000;

describe('a broadcast whose server fails', function () {
  this.timeout(180_000);
  let server: TestServer;
  let publisher: Publisher;

  beforeEach(async () => {
    server = await startServer({ config: CONFIG });
  });

  afterEach(async () => {
    await publisher?.stop();
    await server.stop();
  });

  async function goLive(): Promise<Channel> {
    const channel = await Channel.create(server, { latency: 'low', dvr_window: 300 });
    publisher = publish(channel.publishUrl, PICTURE);
    await channel.playing(3);
    return channel;
  }

  /** The server's own processes whose command matches. */
  function helper(command: RegExp): Process {
    const found = descendants(server.process.pid!).find((one) => command.test(one.command));
    if (!found) throw new Error(`no process ${command}`);
    return found;
  }

  /** Starts the server again on the same data folder and the same ports. */
  async function startAgain({ stream }: Channel): Promise<Channel> {
    server = await startServer({ config: CONFIG, dataDir: server.dataDir, ports: server.ports });
    return new Channel(server, stream);
  }

  /** The same publisher, with frames that tell that they are of its second connection. */
  async function publishAgain(channel: Channel): Promise<void> {
    await publisher.ended;
    await until(async () => {
      publisher = publish(channel.publishUrl, { ...PICTURE, first: AGAIN });
      return Promise.race([publisher.ended.then(() => false), channel.state('live').then(() => true)]);
    }, 'the server to take the publisher again');
  }

  const newest = ({ sequence, segments }: Media) => sequence + segments.length - 1;

  /** Waits until all qualities have segments of the second connection, ends the session and holds that the two join. */
  async function continues(channel: Channel, before: Media, session: string): Promise<void> {
    const renditions = await channel.renditions();
    for (const url of renditions.values()) {
      expect(url, 'the session goes on').to.contain(session);
      await until(async () => newest(await readMedia(url)) >= newest(before) + 4, `segments that follow in ${url}`);
    }
    const live = (await readTogether(renditions)).get('source')!;
    expect(live.sequence, 'the window still begins before the fault').to.equal(before.sequence);
    expect(live.segments.filter(({ discontinuity }) => discontinuity)).to.have.length(1);

    await publisher.stop();
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    await channel.state('ended');
    const recording = await channel.renditions();
    const source = (await readAlike(recording)).get('source')!;
    expect(source.ended).to.equal(true);
    expect(source.segments.filter(({ discontinuity }) => discontinuity)).to.have.length(1);
    const frames = await watchAlike(recording);
    const cut = frames.findIndex(({ number }) => number >= AGAIN);
    expectWhole(frames.slice(0, cut));
    expectWhole(frames.slice(cut));
    expect(frames[0]!.number, 'the first frame of all').to.equal(0);
    expect(frames[cut]!.number, 'the first frame of the second connection').to.equal(AGAIN);
  }

  /**
   * What viewers are offered of a session whose publisher is away: what was there before, all of it whole. A killed server
   * may have finished a segment of one quality and not yet of another.
   */
  async function offersWhatWas(channel: Channel, before: Media): Promise<void> {
    const lists = await readTogether(await channel.renditions());
    for (const [name, { sequence, segments }] of lists) {
      expect(sequence, name).to.equal(before.sequence);
      expect(segments.length, `segments of ${name} from before`).to.be.at.least(1);
      for (const { url } of segments) {
        const response = await fetch(url);
        expect(response.status, url).to.equal(200);
        const bytes = await response.arrayBuffer();
        expect(bytes.byteLength).to.equal(Number(response.headers.get('content-length')));
      }
    }
    expect(newest(lists.get('source')!), 'the newest segment').to.be.at.least(newest(before) - 1);
  }

  for (const [signal, code] of [
    ['SIGKILL', null],
    ['SIGTERM', 0],
    ['SIGINT', 0],
  ] as const) {
    it(`goes on after ${signal} and a new start`, async () => {
      const channel = await goLive();
      const [session] = await channel.sessions();
      const before = await readMedia((await channel.renditions()).get('source')!);
      const processes = processesOf(server);
      for (const command of [/ffmpeg/, /plugins\/rtmp/, /postgres -D/])
        expect(processes.map((one) => one.command).join('\n')).to.match(command);
      const exited = once(server.process, 'exit');
      server.process.kill(signal);
      expect(await exited).to.deep.equal(code === null ? [null, signal] : [code, null]);
      await allGone(processes, server);
      const again = await startAgain(channel);
      await again.state('reconnecting');
      await offersWhatWas(again, before);
      await publishAgain(again);
      await continues(again, before, session!.id);
    });
  }

  it('goes on when the RTMP process was killed', async () => {
    const channel = await goLive();
    const [session] = await channel.sessions();
    const before = await readMedia((await channel.renditions()).get('source')!);
    process.kill(helper(/plugins\/rtmp\/server\/main\.ts/).pid, 'SIGKILL');
    await channel.state('reconnecting');
    await publishAgain(channel);
    await continues(channel, before, session!.id);
  });

  it('goes on from memory when Postgres was killed, and has lost nothing', async () => {
    const channel = await goLive();
    const renditions = await channel.renditions();
    const source = renditions.get('source')!;
    const before = await readMedia(source);
    process.kill(helper(/\/postgres -D /).pid, 'SIGKILL');
    await until(async () => newest(await readMedia(source)) >= newest(before) + 4, 'live to go on');
    await until(() => channel.sessions().catch(() => null), 'the API to answer again');
    await publisher.stop();
    await channel.state('reconnecting');
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    await channel.state('ended');
    const recording = await channel.renditions();
    await readAlike(recording);
    expectWhole(await watchAlike(recording));
  });

  it('notes that the publisher has gone when it goes together with Postgres', async () => {
    const channel = await goLive();
    process.kill(helper(/\/postgres -D /).pid, 'SIGKILL');
    await publisher.kill();
    await until(() => channel.state('reconnecting').catch(() => null), 'the session to wait for its publisher');
  });
});

describe('a killed server with its demo', function () {
  this.timeout(120_000);

  it('leaves no process behind', async () => {
    const server = await startServer({ config: CONFIG, demo: true });
    const processes = await until(() => {
      const running = processesOf(server);
      const ffmpegs = running.filter(({ command }) => command.startsWith('ffmpeg '));
      return ffmpegs.length === 2 && running;
    }, "the demo's publisher and the session's encoder");
    await server.kill();
    await allGone(processes, server);
  });
});

describe('the killed command of a server', function () {
  this.timeout(120_000);

  it('takes the server with it', async () => {
    const dataDir = temporaryFolder();
    const { http, rtmp } = await freePorts();
    const command = spawn(process.execPath, [COMMAND, 'start', '--config', CONFIG], {
      env: {
        ...process.env,
        LIVESTREAMS_DATA_DIR: dataDir,
        LIVESTREAMS_HOST: '127.0.0.1',
        LIVESTREAMS_HTTP_PORT: String(http),
        LIVESTREAMS_RTMP_PORT: String(rtmp),
      },
      stdio: 'ignore',
    });
    const ready = () => fetch(`http://127.0.0.1:${http}/readyz`).catch(() => null);
    await until(async () => (await ready())?.ok, 'the server to be ready');
    const processes = descendants(command.pid);
    expect(processes.length, 'main, RTMP, Postgres').to.be.at.least(3);
    command.kill('SIGKILL');
    await allGone(processes, { dataDir });
  });
});
