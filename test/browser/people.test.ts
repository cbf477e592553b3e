/** Two people on a whole server: one invites, the other accepts in a browser of their own, and sees no more than their role. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { type Browser, hasBrowser, openBrowser } from '../support/chromium.ts';
import { owner, startServer, type TestServer } from '../support/server.ts';

const config = fileURLToPath(new URL('../end-to-end/source-only.config.mjs', import.meta.url));
const guest = { email: 'ben@example.org', name: 'Ben Okri', password: 'another long one' };

describe('people', function () {
  this.timeout(180_000);
  let server: TestServer;
  let browser: Browser;
  let elsewhere: Browser;
  let page: Page;
  let guestPage: Page;

  before(async function () {
    if (!(await hasBrowser())) {
      console.log('      skipped: there is no Chromium (set CHROMIUM)');
      this.skip();
    }
    server = await startServer({ config });
    await server.createStream({ title: 'Sunday concert' });
    browser = await openBrowser();
    elsewhere = await openBrowser();
    page = await browser.newPage();
    guestPage = await elsewhere.newPage();
    await page.goto(`${server.url}/settings/people`);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'People' }).waitFor();
  });

  after(async () => {
    await browser?.close();
    await elsewhere?.close();
    await server?.stop();
  });

  it('join by a link that says to what, and are seen at once by who invited them', async () => {
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByRole('textbox', { name: 'E-mail' }).fill(guest.email);
    await page.getByRole('radio', { name: /^Viewer/ }).check();
    await page.getByRole('button', { name: 'Make the link' }).click();
    const link = await page.getByLabel('Invitation', { exact: true }).inputValue();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Invited' }).waitFor();

    await guestPage.goto(`${server.url}${new URL(link).pathname}${new URL(link).search}`);
    await guestPage.getByRole('heading', { name: /^Join / }).waitFor();
    expect(await guestPage.getByLabel('E-mail').inputValue()).to.equal(guest.email);
    await guestPage.getByLabel('Name').fill(guest.name);
    await guestPage.getByLabel('Password').fill(guest.password);
    await guestPage.getByRole('button', { name: 'Join' }).click();
    await guestPage.getByRole('link', { name: 'Sunday concert', exact: true }).waitFor();

    await page.getByText(guest.name).waitFor();
    await page.getByRole('heading', { name: 'Invited' }).waitFor({ state: 'detached' });
  });

  it('are offered nothing that their role may not do', async () => {
    expect(await guestPage.getByRole('button', { name: 'New stream' }).count()).to.equal(0);
    await guestPage.getByRole('link', { name: 'Sunday concert', exact: true }).click();
    await guestPage.getByRole('heading', { name: 'Sessions' }).waitFor();
    for (const name of ['Settings', 'Rotate', 'Delete the stream', 'Make a new key']) {
      expect(await guestPage.getByRole('button', { name }).count(), name).to.equal(0);
    }
    await page.goto(guestPage.url());
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Who may watch').selectOption('protected');
    await page.getByRole('button', { name: 'Save' }).click();
    await guestPage.getByText('Your role does not open it.').waitFor();
    await page.goto(`${server.url}/settings/people`);
    await guestPage.getByRole('link', { name: 'Settings' }).click();
    await guestPage.getByText(guest.name).waitFor();
    expect(await guestPage.getByText(owner.email).count(), 'addresses of the others').to.equal(0);
    expect(await guestPage.getByRole('button', { name: 'Invite' }).count()).to.equal(0);
    expect(await guestPage.getByRole('link', { name: 'API keys' }).count()).to.equal(0);
  });

  it('may do more at once when their role is raised, without a reload', async () => {
    await guestPage.evaluate('window.notReloaded = true');
    await page.getByLabel(`Role of ${guest.name}`).selectOption('creator');
    await guestPage.getByRole('link', { name: 'Streams', exact: true }).click();
    await guestPage.getByRole('button', { name: 'New stream' }).waitFor();
    expect(await guestPage.evaluate('window.notReloaded')).to.equal(true);
  });

  it('cannot be left without an owner', async () => {
    await page.getByRole('button', { name: 'Leave the organization' }).click();
    await page.getByRole('button', { name: 'Leave', exact: true }).last().click();
    expect(await page.getByRole('alert').textContent()).to.match(/owner/i);
  });

  it('are signed out where they are removed', async () => {
    await page.getByRole('button', { name: `Remove ${guest.name}` }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).last().click();
    await guestPage.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('make an organization of their own and go over to it', async () => {
    await page.getByRole('link', { name: 'Organization', exact: true }).click();
    await page.getByRole('button', { name: 'New organization' }).click();
    await page.getByRole('textbox', { name: /^Name/ }).last().fill('Second stage');
    await page.getByRole('button', { name: 'Make the organization' }).click();
    await page.getByRole('button', { name: /^Account: .*Second stage/ }).waitFor();
    await page.getByRole('link', { name: 'Streams', exact: true }).click();
    await page.getByRole('heading', { name: 'No streams yet' }).waitFor();
  });

  it('are told of what happens where they are now, in every tab, and of nothing elsewhere', async () => {
    const tab = await browser.newPage();
    await tab.goto(server.url);
    await tab.getByRole('heading', { name: 'No streams yet' }).waitFor();
    const make = (title: string) =>
      tab.evaluate(`fetch('/v1/streams', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: ${JSON.stringify(JSON.stringify({ title }))},
      }).then(({ status }) => status)`);
    for (const each of [page, tab]) await each.evaluate('window.notReloaded = true');
    const shown = (title: string) => page.getByRole('link', { name: title, exact: true });
    expect(await make('Second act')).to.equal(201);
    await shown('Second act').waitFor();
    await server.createStream({ title: 'Matinee' });
    await make('Third act');
    await shown('Third act').waitFor();
    expect(await shown('Matinee').count()).to.equal(0);

    await shown('Second act').click();
    await page.getByRole('heading', { name: 'Second act', level: 1 }).waitFor();
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('button', { name: /Owner/, pressed: false }).click();
    await shown('Matinee').waitFor();
    await tab.getByRole('link', { name: 'Matinee', exact: true }).waitFor();
    await server.createStream({ title: 'Soirée' });
    for (const each of [page, tab]) {
      await each.getByRole('link', { name: 'Soirée', exact: true }).waitFor();
      expect(await each.getByRole('link', { name: 'Third act', exact: true }).count()).to.equal(0);
      expect(await each.evaluate('window.notReloaded')).to.equal(true);
    }
    await tab.close();
  });

  it('take other names, they and their organization', async () => {
    await page.goto(`${server.url}/settings/organization`);
    await page.getByLabel('Name', { exact: true }).first().fill('Third stage');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Third stage' }).waitFor();
    await page.getByRole('link', { name: 'Your account' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Ana Souza');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByRole('button', { name: 'Account: Ana Souza, Third stage' }).waitFor();
  });

  it('change their password, with which alone they come in again', async () => {
    await page.goto(`${server.url}/settings/account`);
    await page.getByLabel('Present password').fill(owner.password);
    await page.getByLabel('New password').fill('a much better one');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Changed.').waitFor();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('button', { name: 'Sign out everywhere' }).last().click();
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill('a much better one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
  });
});
