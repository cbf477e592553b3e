/** The list of streams on a whole server: a stream that is live shows its newest picture, one that is not shows none. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Browser, hasBrowser, openBrowser, waitForPlayer } from '../support/chromium.ts';
import { type Publisher, publish } from '../support/publisher.ts';
import { type CreatedStream, owner, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const config = fileURLToPath(new URL('./pictures.config.mjs', import.meta.url));

describe('pictures in the list of streams', function () {
  this.timeout(180_000);
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  const streams: CreatedStream[] = [];
  const publishers: Publisher[] = [];

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    server = await startServer({ config });
    for (const settings of [
      { title: 'Open' },
      { title: 'Closed', visibility: 'protected' },
      { title: 'Not on air', visibility: 'protected' },
    ]) {
      streams.push(await server.createStream({ ...settings, reconnect_window: 0 }));
    }
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(server.url);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Open', exact: true }).waitFor();
  });

  after(async () => {
    await Promise.all(publishers.map((publisher) => publisher.stop()));
    await browser?.close();
    await server?.stop();
  });

  const rowOf = (title: string) => page.getByRole('listitem').filter({ hasText: title });
  const pictureOf = (title: string) => rowOf(title).locator('img.seen');
  const addressOf = (title: string) => pictureOf(title).getAttribute('src');

  it('show what is live, also where it is protected, and a newer one after a while', async () => {
    expect(await page.locator('img').count()).to.equal(0);
    for (const stream of streams.slice(0, 2)) publishers.push(publish(server.rtmpUrl(stream), { size: '320x180' }));
    await pictureOf('Open').waitFor();
    await pictureOf('Closed').waitFor();
    const width = (element: unknown) => (element as { naturalWidth: number }).naturalWidth;
    expect(await pictureOf('Open').evaluate(width)).to.equal(320);
    expect(await pictureOf('Closed').evaluate(width)).to.equal(320);
    const first = await addressOf('Open');
    await until(async () => (await addressOf('Open')) !== first, 'another picture');
    expect(await rowOf('Not on air').locator('img').count()).to.equal(0);
  });

  it('take one token of what is protected each time that the dashboard is loaded, and its page the same', async () => {
    const { id } = streams[1]!;
    const made = async () =>
      (await server.api<{ data: unknown[] }>('GET', `/streams/${id}/playback-tokens`)).data.length;
    expect(await made()).to.equal(1);
    await page.goto(`${server.url}/streams/${id}`);
    await waitForPlayer(page, ({ state, decodedFrames }) => state === 'live' && decodedFrames > 15);
    // What is on the page is read again when somebody has changed it.
    await server.api('PATCH', `/streams/${id}`, { title: 'Still closed' });
    await page.getByRole('heading', { name: 'Still closed', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Streams', exact: true }).first().click();
    await pictureOf('Still closed').waitFor();
    expect(await made()).to.equal(2);
  });

  it('are gone when the stream is', async () => {
    await Promise.all(publishers.splice(0).map((publisher) => publisher.stop()));
    await pictureOf('Open').waitFor({ state: 'detached' });
    await pictureOf('Still closed').waitFor({ state: 'detached' });
    await rowOf('Open').getByText('Offline').waitFor();
  });
});
