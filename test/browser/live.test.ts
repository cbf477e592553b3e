/** What viewers see on a whole server's pages: the picture plays, in every quality, and comes back by itself after any fault. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { CONFIG, encodersOf, PICTURE } from '../faults/wreckage.ts';
import { Channel } from '../support/channel.ts';
import {
  type Browser,
  chooseQuality,
  hasBrowser,
  openBrowser,
  type PlayerState,
  playerLoudness,
  playerState,
  waitForPlayer,
} from '../support/chromium.ts';
import { readMedia } from '../support/playlists.ts';
import { NUMBER_BITS, type Publisher, publish } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/** What of the page is touched here; the DOM's own types are no part of the server's. */
interface PlayerElement {
  /** What `watchPlayer` noted. */
  noted: string[];
  addEventListener(type: 'statechange', listener: (event: { detail: { state: string } }) => void): void;
  video: { videoWidth: number; videoHeight: number; addEventListener(type: 'emptied', listener: () => void): void };
}
interface Canvases {
  OffscreenCanvas: new (
    width: number,
    height: number,
  ) => {
    getContext(type: '2d'): {
      drawImage(image: unknown, ...places: number[]): void;
      getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
    };
  };
}

describe('watching', function () {
  this.timeout(180_000);
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let publisher: Publisher | undefined;

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    server = await startServer({ config: CONFIG });
    browser = await openBrowser();
  });

  afterEach(async () => {
    await page?.close();
    await publisher?.stop();
    publisher = undefined;
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const newChannel = (settings = {}) => Channel.create(server, { title: 'Evening show', latency: 'low', ...settings });

  function goLive(channel: Channel, first = 0): void {
    publisher = publish(channel.publishUrl, { ...PICTURE, first });
  }

  /** Opens a page whose title a reload would bring back. */
  async function open(kind: 'watch' | 'embed', { stream }: Channel): Promise<void> {
    page = await browser.newPage();
    await page.goto(`${server.url}/${kind}/${stream.id}${kind === 'embed' ? '?autoplay=1' : ''}`);
    await page.locator('livestreams-player').waitFor();
    await page.evaluate("document.title = 'not reloaded'");
  }

  const player = () => page.locator('livestreams-player').first();

  /** The number in the picture that is shown now. */
  const shownNumber = (): Promise<number> =>
    player().evaluate((element, bits) => {
      const { video } = element as unknown as PlayerElement;
      const width = bits * 8;
      const context = new (globalThis as unknown as Canvases).OffscreenCanvas(width, 1).getContext('2d');
      context.drawImage(video, 0, Math.floor(video.videoHeight / 24), video.videoWidth, 1, 0, 0, width, 1);
      const { data } = context.getImageData(0, 0, width, 1);
      let number = 0;
      for (let bit = 0; bit < bits; bit++) if (data[(bit * 8 + 4) * 4]! > 127) number += 2 ** bit;
      return number;
    }, NUMBER_BITS);

  /** Waits until the picture has moved on by so many frames of the publisher. */
  async function picturesMove(frames = 30): Promise<PlayerState> {
    const start = await shownNumber();
    await until(async () => (await shownNumber()) >= start + frames, `frame ${start + frames} in the picture`);
    return playerState(page);
  }

  const plays = (state: PlayerState) => state.state === 'live' && state.decodedFrames > 10;

  /** Notes each state that the player takes, and each time that its source is taken from it. */
  async function watchPlayer(): Promise<() => Promise<string[]>> {
    await player().evaluate((element) => {
      const watched = element as unknown as PlayerElement;
      const noted: string[] = [];
      watched.noted = noted;
      watched.addEventListener('statechange', ({ detail }) => noted.push(detail.state));
      watched.video.addEventListener('emptied', () => noted.push('emptied'));
    });
    return () => player().evaluate((element) => (element as unknown as PlayerElement).noted);
  }

  for (const kind of ['watch', 'embed'] as const) {
    it(`plays picture and sound on the ${kind} page`, async () => {
      const channel = await newChannel();
      goLive(channel);
      await channel.playing();
      await open(kind, channel);
      const first = await waitForPlayer(page, plays);
      const later = await picturesMove();
      expect(later.decodedFrames).to.be.above(first.decodedFrames);
      expect(await playerLoudness(page)).to.be.above(0.01);
      const settled = await waitForPlayer(page, ({ latency }) => latency !== null && latency > 0);
      expect(settled.latency, 'seconds').to.be.below(10);
    });
  }

  it('changes between three qualities while it plays', async () => {
    const channel = await newChannel();
    goLive(channel);
    await channel.playing();
    await open('watch', channel);
    await waitForPlayer(page, plays);
    const noted = await watchPlayer();
    for (const [index, height] of [
      [0, 240],
      [2, 480],
      [1, 360],
    ] as const) {
      await chooseQuality(page, index);
      await waitForPlayer(page, ({ videoHeight }) => videoHeight === height);
      expect((await picturesMove()).levelHeight).to.equal(height);
    }
    expect(await noted()).to.deep.equal([]);
  });

  it('does not stop when the encoder of what it plays is killed', async () => {
    const channel = await newChannel();
    goLive(channel);
    await channel.playing();
    await open('watch', channel);
    await waitForPlayer(page, plays);
    await chooseQuality(page, 0);
    await waitForPlayer(page, ({ videoHeight }) => videoHeight === 240);
    await picturesMove();
    const noted = await watchPlayer();
    for (const { pid } of encodersOf(server)) process.kill(pid, 'SIGKILL');
    await channel.event('session.encoder_restarted');
    const after = await picturesMove(120);
    expect(after.videoHeight).to.equal(240);
    expect(await noted()).to.deep.equal([]);
  });

  it('waits for the first broadcast, for a publisher that was cut off, and shows the recording at the end', async () => {
    const channel = await newChannel();
    await open('watch', channel);
    await waitForPlayer(page, ({ state }) => state === 'offline');
    await page.getByText('Evening show is offline').waitFor();

    goLive(channel);
    await waitForPlayer(page, plays, 60_000);
    await picturesMove();

    await publisher!.kill();
    await waitForPlayer(page, ({ state }) => state === 'reconnecting');
    await page.getByText('Reconnecting…').waitFor();
    goLive(channel, 10_000);
    await waitForPlayer(page, ({ state }) => state === 'live', 60_000);
    await until(async () => (await shownNumber()) >= 10_000, 'the picture of the publisher that returned');
    await picturesMove();

    await publisher!.stop();
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    await waitForPlayer(page, ({ state, paused }) => state === 'ended' && paused, 60_000);
    await page.getByRole('button', { name: 'Watch the recording' }).click();
    await until(
      async () => (await shownNumber()) > 0 && (await shownNumber()) < 10_000,
      'the recording from its start',
    );
    await picturesMove();
    expect(await page.title()).to.equal('not reloaded');
  });

  it('picks up by itself after the server was killed and started again', async () => {
    const channel = await newChannel();
    goLive(channel);
    await channel.playing();
    await open('watch', channel);
    await waitForPlayer(page, plays);
    await picturesMove();
    await server.kill();
    await publisher!.ended;
    server = await startServer({ config: CONFIG, dataDir: server.dataDir, ports: server.ports });
    await until(async () => (await playerState(page)).state !== 'live', 'the player to notice');
    goLive(channel, 10_000);
    await waitForPlayer(page, ({ state }) => state === 'live', 60_000);
    await until(async () => (await shownNumber()) >= 10_000, 'the picture of the publisher that returned');
    await picturesMove();
    expect(await page.title()).to.equal('not reloaded');
  });

  it('is at the live edge again after the network of the viewer was away', async () => {
    const channel = await newChannel();
    goLive(channel);
    await channel.playing();
    await open('watch', channel);
    await waitForPlayer(page, plays);
    const { currentTime } = await picturesMove();
    await browser.context.setOffline(true);
    const source = (await channel.renditions()).get('source')!;
    // One second a segment: far more than hurrying makes up for while this test waits.
    const away = (await readMedia(source)).segments.at(-1)!.sequence + 15;
    await until(async () => (await readMedia(source)).segments.at(-1)!.sequence >= away, 'the broadcast to go on', {
      seconds: 60,
    });
    await browser.context.setOffline(false);
    await waitForPlayer(page, (state) => state.currentTime > currentTime + 13 && (state.latency ?? 99) < 4);
    expect(await page.title()).to.equal('not reloaded');
    await picturesMove();
  });

  it('says in words that there is no such stream', async () => {
    page = await browser.newPage();
    for (const kind of ['watch', 'embed']) {
      const response = await page.goto(`${server.url}/${kind}/str_01a2050f3d4f78dd9719db5994ecc148`);
      expect(response!.status()).to.equal(404);
      await page.getByRole('heading', { name: 'There is nothing to watch here' }).waitFor();
    }
  });
});
