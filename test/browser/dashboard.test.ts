/** A creator's way through the dashboard on a whole server: sign in, make a stream, publish with what the page shows, see it. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { type Browser, hasBrowser, openBrowser, waitForPlayer } from '../support/chromium.ts';
import { type Publisher, publish } from '../support/publisher.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';

const config = fileURLToPath(new URL('../end-to-end/source-only.config.mjs', import.meta.url));

describe('dashboard', function () {
  this.timeout(180_000);
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  let publisher: Publisher | undefined;
  const noise: string[] = [];

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    server = await startServer({ config });
    browser = await openBrowser();
    page = await browser.newPage();
    page.on('console', (message) => noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(String(error)));
  });

  after(async () => {
    await publisher?.stop();
    await browser?.close();
    await server?.stop();
  });

  const hasFocus = (locator: Locator) =>
    locator.evaluate((element) => (element as unknown as { matches(rule: string): boolean }).matches(':focus'));

  it('leads from the sign-in to a live picture', async () => {
    await page.goto(server.url);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    // Browsers note the 401 by which the page learnt that nobody is signed in.
    noise.length = 0;
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.getByRole('heading', { name: 'No streams yet' }).waitFor();
    await page.getByRole('button', { name: 'New stream' }).first().click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Sunday concert');
    await page.getByRole('button', { name: 'Make the stream' }).click();

    await page.getByRole('heading', { name: 'Sunday concert', level: 1 }).waitFor();
    const url = await page.getByLabel('Server', { exact: true }).inputValue();
    const key = await page.getByLabel('Stream key', { exact: true }).inputValue();
    await waitForPlayer(page, ({ state }) => state === 'offline');

    publisher = publish(`${url}/${key}`, { size: '320x180' });
    const seen = await waitForPlayer(
      page,
      ({ state, decodedFrames }) => state === 'live' && decodedFrames > 30,
      60_000,
    );
    expect(seen.videoHeight).to.equal(180);
    await page.getByText('What your encoder sends arrives as it should.').waitFor();
    expect(noise).to.deep.equal([]);
  });

  it('is called by what it shows, and can be used by the keyboard alone', async () => {
    expect(await page.title()).to.equal('Sunday concert · Livestreams');
    for (const [name, first] of [
      ['Settings', page.getByRole('textbox', { name: 'Title' })],
      ['End the session', page.getByRole('button', { name: 'Cancel' })],
    ] as const) {
      const opener = page.getByRole('button', { name });
      await opener.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      expect(await hasFocus(first), `focus in the dialog of ${name}`).to.equal(true);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      expect(await hasFocus(opener), `focus back on ${name}`).to.equal(true);
    }
    await waitForPlayer(page, ({ state }) => state === 'live');
  });

  it('leaves nothing in the page that could be taken away: the session is a cookie that no script can read', async () => {
    const kept = await page.evaluate('({ ...localStorage, ...sessionStorage })');
    expect(kept).to.deep.equal({});
    expect(await page.evaluate('document.cookie')).to.equal('');
    const [cookie] = await browser.context.cookies();
    expect(cookie).to.include({ httpOnly: true, sameSite: 'Strict' });
  });

  it('keeps the user signed in over a reload, and lets nobody in after signing out', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'Sunday concert', level: 1 }).waitFor();
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('says what is wrong with a sign-in', async () => {
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill('a wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).to.match(/password/i);
  });
});
