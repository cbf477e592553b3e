/** `<livestreams-player>` in Chromium, on live HLS made by ffmpeg: judged by what is decoded. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { buildUi } from '../../ui/build.ts';
import {
  type Browser,
  chooseQuality,
  hasBrowser,
  openBrowser,
  playerLoudness,
  waitForPlayer,
} from '../support/chromium.ts';
import { type LiveOrigin, startLiveOrigin } from './live-origin.ts';

const documentOf = (attributes: string) => `<!doctype html><title>t</title><link rel="icon" href="data:,">
  <script type="module" src="/player.js"></script>
  <livestreams-player style="width:640px" ${attributes}></livestreams-player>`;

describe('livestreams-player', function () {
  this.timeout(120_000);
  let origin: LiveOrigin;
  let browser: Browser;
  let dist: string;
  let page: Page;
  let noise: string[];

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    dist = await mkdtemp(join(tmpdir(), 'livestreams-ui-'));
    await buildUi(dist);
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    if (dist) await rm(dist, { recursive: true, force: true });
  });

  beforeEach(async () => {
    origin = await startLiveOrigin();
    for (const file of await readdir(dist, { recursive: true })) {
      if (file.endsWith('.js'))
        origin.pages.set(`/${file}`, { type: 'text/javascript', body: await readFile(join(dist, file)) });
    }
    noise = [];
  });

  afterEach(async () => {
    await page?.close();
    await origin.stop();
  });

  /** Opens a page with one player; the document has a mark that a reload would lose. */
  async function open(attributes = 'src="str_test" autoplay controls'): Promise<void> {
    origin.pages.set('/', { type: 'text/html', body: documentOf(attributes) });
    page = await browser.newPage();
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(String(error)));
    await page.goto(origin.url);
    await page.evaluate("document.title = 'not reloaded'");
  }

  const overlayText = async () => (await page.locator('.overlay').textContent()) ?? '';

  it('waits while offline, picks a broadcast up without a reload, and plays picture and sound', async () => {
    await open();
    await waitForPlayer(page, (player) => player.state === 'offline');
    expect(await overlayText()).to.contain('Test is offline');
    origin.status = { state: 'starting', session_id: null, title: 'Test' };
    await waitForPlayer(page, (player) => player.state === 'starting');
    await origin.goLive('ses_1');
    const first = await waitForPlayer(page, (player) => player.state === 'live' && player.decodedFrames > 10);
    const later = await waitForPlayer(page, (player) => player.decodedFrames > first.decodedFrames + 25);
    expect(later.currentTime).to.be.above(first.currentTime);
    expect(later.decodedAudioBytes).to.be.above(first.decodedAudioBytes);
    expect(later.latency, 'seconds since the picture was taken').to.be.within(0.2, 30);
    expect(await playerLoudness(page)).to.be.above(0.01);
    expect(await page.title()).to.equal('not reloaded');
    expect(noise).to.deep.equal([]);
  });

  it('changes the quality when the viewer chooses one', async () => {
    await origin.goLive('ses_1');
    await open();
    await waitForPlayer(page, (player) => player.decodedFrames > 10);
    for (const [index, height] of [
      [0, 90],
      [1, 180],
    ] as const) {
      await chooseQuality(page, index);
      await waitForPlayer(page, (player) => player.levelHeight === height && player.videoHeight === height);
    }
  });

  it('follows the stream to its next session', async () => {
    await origin.goLive('ses_1');
    await open();
    await waitForPlayer(page, (player) => player.decodedFrames > 10);
    await origin.drop();
    origin.status = { state: 'reconnecting', session_id: 'ses_1', title: 'Test' };
    await waitForPlayer(page, (player) => player.state === 'reconnecting');
    expect(await overlayText()).to.contain('Reconnecting');
    await origin.goLive('ses_2');
    await waitForPlayer(
      page,
      (player) => player.state === 'live' && player.sessionId === 'ses_2' && player.decodedFrames > 10,
    );
    expect(await page.title()).to.equal('not reloaded');
  });

  it('shows the recording of an ended session from its beginning', async () => {
    await origin.goLive('ses_1');
    await open();
    await waitForPlayer(page, (player) => player.decodedFrames > 10);
    await origin.end();
    origin.status = { state: 'ended', session_id: 'ses_1', title: 'Test' };
    const ended = await waitForPlayer(page, (player) => player.state === 'ended' && player.paused);
    expect(ended.sessionId).to.equal('ses_1');
    expect(await overlayText()).to.contain('The stream has ended');
    await page.getByRole('button', { name: 'Watch the recording' }).click();
    const again = await waitForPlayer(page, (player) => !player.paused && player.decodedFrames > 5);
    expect(again.currentTime).to.be.below(3);
    await page.locator('media-time-range').waitFor({ state: 'attached' });
  });

  it('names what is wrong and what to do, and recovers when it is right again', async () => {
    origin.status = 404;
    await open();
    await waitForPlayer(page, (player) => player.problem === 'unknown_stream');
    expect(await overlayText()).to.contain('There is no such stream');
    origin.status = 403;
    await waitForPlayer(page, (player) => player.problem === 'protected');
    await origin.goLive('ses_1');
    await waitForPlayer(page, (player) => player.state === 'live' && player.decodedFrames > 10);
  });

  it('says so when a live stream cannot be loaded, and goes on when it can', async () => {
    await origin.goLive('ses_1');
    origin.broken = true;
    await open();
    await waitForPlayer(page, (player) => player.problem === 'unloadable');
    origin.broken = false;
    await waitForPlayer(page, (player) => player.state === 'live' && player.decodedFrames > 10);
  });

  it('plays any playlist that has no status', async () => {
    await origin.goLive('ses_1');
    await open('src="/live/str_test/index.m3u8" autoplay controls');
    await waitForPlayer(page, (player) => player.state === 'live' && player.decodedFrames > 10);
  });

  it('starts without sound where the browser demands a touch first, and unmutes by a button', async () => {
    const strict = await openBrowser({ autoplay: 'block' });
    try {
      await origin.goLive('ses_1');
      // Whatever a test evaluates in a page counts as a touch of the viewer: so the page itself says when it was silenced.
      const told = `<script type="module">
        document.querySelector('livestreams-player').video.addEventListener('volumechange', (event) => {
          if (event.target.muted) console.log('silenced');
        });
      </script>`;
      origin.pages.set('/', { type: 'text/html', body: documentOf('src="str_test" autoplay controls') + told });
      page = await strict.newPage();
      const silenced = page.waitForEvent('console', (message) => message.text() === 'silenced');
      await page.goto(origin.url);
      await silenced;
      await waitForPlayer(page, (player) => player.muted && !player.paused && player.decodedFrames > 10);
      await page.getByRole('button', { name: 'Unmute', exact: true }).click();
      await waitForPlayer(page, (player) => !player.muted && !player.paused);
    } finally {
      await page.close();
      await strict.close();
    }
  });

  it('waits for the viewer where autoplay is not asked for, who goes on by the keyboard', async () => {
    await origin.goLive('ses_1');
    await open('src="str_test" controls');
    await page.locator('.overlay[data-state=ready]').getByRole('button', { name: 'Play' }).press('Enter');
    await waitForPlayer(page, (player) => !player.paused && player.decodedFrames > 10);
    await page.keyboard.press('Space');
    await waitForPlayer(page, (player) => player.paused);
  });

  it('offers nothing that the browser cannot do', async () => {
    await origin.goLive('ses_1');
    await open();
    await waitForPlayer(page, (player) => player.decodedFrames > 10);
    await page.getByRole('button', { name: 'fullscreen' }).waitFor();
    expect(await page.locator('media-airplay-button').isVisible()).to.equal(false);
  });
});
