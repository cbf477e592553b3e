/** What is left of a session, on a whole server: seen on the stream's page, watched, renamed, cut into a clip and deleted. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Browser, hasBrowser, openBrowser, playerState, waitForPlayer } from '../support/chromium.ts';
import { makeMedia } from '../support/ffmpeg.ts';
import { type Publisher, publish } from '../support/publisher.ts';
import { type CreatedStream, owner, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const config = fileURLToPath(new URL('./assets.config.mjs', import.meta.url));

interface Sessions {
  data: { id: string; duration: number }[];
}

describe('assets on the pages', function () {
  this.timeout(240_000);
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let stream: CreatedStream;
  let publisher: Publisher | undefined;

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    server = await startServer({ config });
    stream = await server.createStream({ title: 'Sunday concert', reconnect_window: 0 });
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(`${server.url}/streams/${stream.id}`);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This stream has not been live yet.').waitFor();
  });

  after(async () => {
    await publisher?.stop();
    await browser?.close();
    await server?.stop();
  });

  it('show a recording beside its session as soon as that has ended, without a reload', async () => {
    publisher = publish(server.rtmpUrl(stream), { size: '320x180' });
    await until(async () => {
      const { data } = await server.api<Sessions>('GET', `/streams/${stream.id}/sessions`);
      return (data[0]?.duration ?? 0) > 5;
    }, 'five seconds of a session');
    await publisher.stop();
    await page.getByRole('link', { name: 'Recording', exact: true }).click();
    await page.getByRole('heading', { name: 'Sunday concert', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Download' }).waitFor();
  });

  it('play, to who is signed in and to anybody on the watch page', async () => {
    await page.getByRole('button', { name: 'Play', exact: true }).first().click();
    await waitForPlayer(page, ({ decodedFrames, videoHeight }) => decodedFrames > 15 && videoHeight === 180);

    const id = page.url().split('/').at(-1)!;
    const viewer = await browser.newPage();
    await viewer.goto(`${server.url}/watch/${id}`);
    await viewer.getByRole('heading', { name: 'Sunday concert' }).waitFor();
    await waitForPlayer(viewer, ({ decodedFrames }) => decodedFrames > 15);
    await viewer.close();
  });

  it('are downloaded, also where the server takes a while to make the file', async () => {
    let asked = 0;
    await page.route('**/download', (route) =>
      asked++ === 0 ? route.fulfill({ status: 202, headers: { 'Retry-After': '1' } }) : route.continue(),
    );
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    await page.getByText('Preparing…').waitFor();
    expect((await download).suggestedFilename()).to.equal('Sunday concert.mp4');
    await page.unroute('**/download');
  });

  it('show of a clip no more than was cut', async () => {
    await page.getByLabel('From, seconds', { exact: true }).fill('1.5');
    await page.getByLabel('To, seconds', { exact: true }).fill('3.5');
    await page.getByRole('textbox', { name: 'Title' }).first().fill('The best of it');
    await page.getByRole('button', { name: 'Make a clip' }).click();
    const clip = await page.getByRole('link', { name: 'The best of it' }).getAttribute('href');
    const viewer = await browser.newPage();
    await viewer.goto(`${server.url}/watch/${clip!.split('/').at(-1)}`);
    await waitForPlayer(viewer, ({ decodedFrames, paused }) => decodedFrames > 15 && paused);
    await viewer.getByText('0:02 / 0:02').waitFor();
    const first = await playerState(viewer);
    await viewer.getByRole('button', { name: 'play', exact: true }).first().click();
    await waitForPlayer(viewer, ({ paused, currentTime }) => !paused && currentTime < first.currentTime);

    // Its first segment begins half a second before what it shows, from where its times count.
    await viewer.goto(`${server.url}${clip}`);
    await viewer.getByRole('button', { name: 'Play', exact: true }).first().waitFor();
    await waitForPlayer(viewer, ({ currentTime, videoHeight }) => videoHeight > 0 && currentTime > 0);
    await viewer.getByRole('button', { name: 'Here: From, seconds' }).click();
    expect(await viewer.getByLabel('From, seconds', { exact: true }).inputValue()).to.equal('0.00');
    await viewer.close();
  });

  it('take another title, and are gone when they are deleted', async () => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Title' }).fill('The whole concert');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'The whole concert', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).last().click();
    await page.getByRole('heading', { name: 'Assets', level: 1 }).waitFor();
    await page.getByRole('link', { name: /The best of it/ }).waitFor();
    expect(await page.getByRole('link', { name: /The whole concert/ }).count()).to.equal(0);
  });

  it('are made of uploads, whose job says how far it is', async () => {
    const source = ['-f', 'lavfi', '-i', 'testsrc=size=426x240:rate=25', '-t', '2', '-pix_fmt', 'yuv420p'];
    const buffer = makeMedia('mp4', ...source);
    await page.locator('input[type=file]').setInputFiles({ name: 'Holiday.mp4', mimeType: 'video/mp4', buffer });
    await page.getByText('Sent. It is being made watchable').waitFor();
    // The panel goes with the page, and what it was about comes back with it.
    await page.getByRole('link', { name: 'Streams', exact: true }).click();
    await page.getByRole('link', { name: 'Assets', exact: true }).click();
    await page.getByText('Ready: Holiday').waitFor({ timeout: 60_000 });

    const broken = { name: 'Broken.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(100_000, 7) };
    await page.locator('input[type=file]').setInputFiles(broken);
    await page.getByRole('alert').filter({ hasText: 'It could not be made watchable.' }).waitFor();
    await page.getByRole('link', { name: /Holiday.*Upload/ }).click();
    await page.getByRole('link', { name: 'Download' }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Play', exact: true }).first().click();
    await waitForPlayer(page, ({ decodedFrames }) => decodedFrames > 15);

    await page.getByRole('link', { name: 'Jobs', exact: true }).click();
    await page.getByRole('link', { name: 'vod.transcode' }).last().click();
    await page.getByText('Completed').waitFor();
    await page.getByRole('heading', { name: 'Log' }).waitFor();
  });
});
