/** A browser's own EventSource on the stream of events: let in by the cookie, and back by itself over a new start of the server. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Browser, hasBrowser, openBrowser } from '../support/chromium.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const config = fileURLToPath(new URL('../end-to-end/source-only.config.mjs', import.meta.url));

const SIGN_IN = `fetch('/v1/auth/login', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: ${JSON.stringify(JSON.stringify({ ...owner, session: 'cookie' }))},
}).then(({ status }) => status)`;

/** Follows in the page; answers whether it was let in. What comes is kept in `received`. */
const FOLLOW = (url: string) => `new Promise((resolve) => {
  window.received = [];
  const source = new EventSource('${url}');
  source.onmessage = ({ data }) => window.received.push(JSON.parse(data).data.title);
  source.onopen = () => resolve(true);
  source.onerror = () => resolve(false);
})`;

describe('EventSource', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    server = await startServer({ config });
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const titles = (page: Page) => page.evaluate<string[]>('window.received');

  it('is let in by a token where there is no cookie, from any origin', async () => {
    const page = await browser.newPage();
    const { token } = await server.api<{ token: string }>('POST', '/events/token');
    expect(await page.evaluate(FOLLOW(`${server.url}/v1/events/stream?token=${token}x`))).to.equal(false);
    expect(await page.evaluate(FOLLOW(`${server.url}/v1/events/stream?token=${token}`))).to.equal(true);
    await server.createStream({ title: 'Elsewhere' });
    await until(async () => (await titles(page)).length === 1, 'the event');
    await page.close();
  });

  it('is let in by the cookie, and goes on by itself where it was over a new start of the server', async () => {
    const page = await browser.newPage();
    await page.goto(server.url);
    expect(await page.evaluate(SIGN_IN)).to.equal(200);
    expect(await page.evaluate(FOLLOW('/v1/events/stream?type=stream.created'))).to.equal(true);
    for (const title of ['One', 'Grüße aus 東京']) await server.createStream({ title });
    await until(async () => (await titles(page)).length === 2, 'two events');
    await server.kill();
    server = await startServer({ config, dataDir: server.dataDir, ports: server.ports });
    // Whether the page is back already or not.
    await server.createStream({ title: 'Three' });
    await until(async () => (await titles(page)).length === 3, 'the event after the new start');
    expect(await titles(page)).to.deep.equal(['One', 'Grüße aus 東京', 'Three']);
  });
});
