/** API keys and live updates on a whole server: what is done in one place shows in the other, without a reload. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Browser, hasBrowser, openBrowser } from '../support/chromium.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';

const config = fileURLToPath(new URL('../end-to-end/source-only.config.mjs', import.meta.url));

describe('settings and live updates', function () {
  this.timeout(180_000);
  let server: TestServer;
  let browser: Browser;
  let page: Page;

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    server = await startServer({ config });
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(server.url);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'No streams yet' }).waitFor();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('show a stream that a program makes, changes and deletes, without a reload', async () => {
    await page.evaluate('window.notReloaded = true');
    const { id } = await server.createStream({ title: 'Made elsewhere' });
    await page.getByRole('link', { name: 'Made elsewhere', exact: true }).waitFor();
    await server.api('PATCH', `/streams/${id}`, { title: 'Renamed elsewhere' });
    await page.getByRole('link', { name: 'Renamed elsewhere', exact: true }).waitFor();
    await server.api('DELETE', `/streams/${id}`);
    await page.getByRole('heading', { name: 'No streams yet' }).waitFor();
    expect(await page.evaluate('window.notReloaded')).to.equal(true);
  });

  it('make an API key that works, show it once, and revoke it', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Website');
    await page.getByRole('radio', { name: /^Read/ }).check();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = await page.getByLabel('API key', { exact: true }).inputValue();
    expect(key).to.match(/^lsk_/);
    const call = (method: string) =>
      fetch(`${server.url}/v1/streams`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: JSON.stringify({ title: 'By a program' }) }),
      });
    expect((await call('GET')).status).to.equal(200);
    expect((await call('POST')).status, 'a key that may only read').to.equal(403);

    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Website', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('Website', { exact: true }).waitFor();
    expect(await page.getByLabel('API key', { exact: true }).count()).to.equal(0);
    expect(JSON.stringify(await server.api('GET', '/api-keys'))).not.to.include(key);

    await page.getByRole('button', { name: 'Revoke the key Website' }).click();
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('With a key, your own programs').waitFor();
    expect((await call('GET')).status).to.equal(401);
  });

  it('change what a stream does, all of it', async () => {
    const { id } = await server.createStream({ title: 'Evening' });
    await page.goto(`${server.url}/streams/${id}`);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Title', { exact: true }).fill('Late evening');
    await page.getByLabel('Who may watch').selectOption('protected');
    await page.getByRole('checkbox', { name: /^Record/ }).uncheck();
    await page.getByText('More settings').click();
    await page.getByLabel('Viewers may go back').selectOption('300');
    await page.getByLabel('Keep its recordings').selectOption('30');
    await page.getByLabel('Only these sites may embed it').fill('https://example.org\nhttps://example.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Late evening', level: 1 }).waitFor();
    expect(await server.api('GET', `/streams/${id}`)).to.deep.include({
      title: 'Late evening',
      visibility: 'protected',
      record: false,
      dvr_window: 300,
      retention: { days: 30, bytes: null },
      allowed_origins: ['https://example.org', 'https://example.com'],
    });

    await page.getByRole('button', { name: 'Make a link' }).click();
    const link = new URL(await page.getByLabel('Link, shown only here', { exact: true }).inputValue());
    expect((await fetch(`${server.url}/live/${id}/status${link.search}`)).status).to.equal(200);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Works until').waitFor({ state: 'detached' });
  });

  it('say how long recordings are kept', async () => {
    await page.goto(`${server.url}/settings/storage`);
    await page.getByText('Your media').waitFor();
    await page.getByLabel('Days').fill('30');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await server.api('GET', '/storage')).to.deep.include({ retention: { days: 30, bytes: null } });
  });

  it('go on by themselves when the server was away', async () => {
    await page.goto(server.url);
    await page.getByRole('link', { name: 'Late evening', exact: true }).waitFor();
    await page.evaluate('window.notReloaded = true');
    const { dataDir, ports } = server;
    await server.kill();
    await page.getByText('Cut off from the server').waitFor();
    server = await startServer({ config, dataDir, ports });
    await server.createStream({ title: 'After the fall' });
    await page.getByRole('link', { name: 'After the fall', exact: true }).waitFor();
    await page.getByText('Cut off from the server').waitFor({ state: 'detached' });
    expect(await page.evaluate('window.notReloaded')).to.equal(true);
  });
});
