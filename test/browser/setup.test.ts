/** The first start: its set-up link makes the owner, once, who then sees the demo's stream among their own. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Browser, hasBrowser, openBrowser } from '../support/chromium.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const config = fileURLToPath(new URL('../end-to-end/source-only.config.mjs', import.meta.url));

describe('set-up', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    server = await startServer({ config, demo: true, owned: false });
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function fillIn(page: Page): Promise<void> {
    await page.getByLabel('Name').fill('Ana');
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Make the account' }).click();
  }

  it('makes the owner by the link that the start printed, and by no link a second time', async () => {
    const printed = await until(() => /http\S+(\/setup\?token=\S+)/.exec(server.output())?.[1], 'the set-up link');
    const page = await browser.newPage();
    await page.goto(`${server.url}${printed}`);
    await fillIn(page);
    await page.getByText('Demo', { exact: true }).first().waitFor();

    const login = await fetch(`${server.url}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(owner),
    });
    expect(login.status).to.equal(200);

    const stranger = await browser.newPage();
    await browser.context.clearCookies();
    await stranger.goto(`${server.url}${printed}`);
    await fillIn(stranger);
    await stranger.getByRole('alert').waitFor();
  });
});
