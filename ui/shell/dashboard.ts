/** `<livestreams-dashboard>`: the frame of the dashboard; shows the page of the address, or asks who is there. */
import './account-form.ts';
import './account-menu.ts';
import './asset-list.ts';
import './asset-page.ts';
import './invitation-form.ts';
import './job-list.ts';
import './job-page.ts';
import './panel-host.ts';
import './settings-page.ts';
import './stream-list.ts';
import './stream-page.ts';
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { icon } from '../elements/icon.ts';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { dashboardStyles } from './dashboard-styles.ts';
import { onCutOff } from './live-events.ts';
import { type PanelEntry, readPanels } from './panels.ts';
import { may, onPersonChanged, type Person, readPerson } from './person.ts';
import { followLink, nameThePage, navigate, onNavigated, type Route, routeOf } from './routing.ts';
import { wordmark } from './wordmark.ts';

export class Dashboard extends LitElement {
  static override properties: PropertyDeclarations = { cutOff: { state: true } };
  static override styles = [sharedStyles, dashboardStyles];
  /** The server has not been heard of for a while. */
  declare cutOff: boolean;

  #route: Route = routeOf(new URL(location.href));
  #forgetAddress: (() => void) | undefined;
  #forgetConnection: (() => void) | undefined;
  readonly #panels = new Loaded(this, readPanels);
  readonly #person = new Loaded(this, (signal) => this.#readPerson(signal), { when: onPersonChanged });

  constructor() {
    super();
    this.cutOff = false;
    this.addEventListener('click', followLink);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#forgetAddress = onNavigated(() => void this.#navigated());
    this.#forgetConnection = onCutOff((cutOff) => {
      this.cutOff = cutOff;
    });
    nameThePage(TITLES[this.#route.page]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forgetAddress?.();
    this.#forgetConnection?.();
  }

  /** Those who do not see the screen learn of another page by its title, and go on from its beginning. */
  async #navigated(): Promise<void> {
    const { page } = this.#route;
    this.#route = routeOf(new URL(location.href));
    nameThePage(TITLES[this.#route.page]);
    this.requestUpdate();
    await this.updateComplete;
    if (page !== this.#route.page) this.renderRoot.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }

  async #readPerson(signal: AbortSignal): Promise<Person | null> {
    const person = await readPerson(signal);
    const asked = this.#route.page === 'login' || this.#route.page === 'setup';
    if (person && asked) navigate('/', true);
    const before = this.#person.value?.organization.id;
    // What the page of one thing shows is not there in another organization.
    if (person && before && before !== person.organization.id && 'id' in this.#route)
      navigate(LISTS[this.#route.page], true);
    return person;
  }

  protected override render(): unknown {
    const route = this.#route;
    if (route.page === 'setup')
      return html`<livestreams-account-form .token=${route.token}></livestreams-account-form>`;
    const person = this.#person.value;
    if (person === undefined) return html`<main>${this.#person.render(() => html``)}</main>`;
    if (route.page === 'invite') {
      return html`<livestreams-invitation-form .token=${route.token} .person=${person}></livestreams-invitation-form>`;
    }
    if (route.page === 'login' || person === null) return html`<livestreams-account-form></livestreams-account-form>`;
    // What is on the page was drawn for this role in this organization.
    const { user, organization } = person;
    return keyed(`${user.id} ${organization.id} ${organization.role}`, this.#frame(person));
  }

  #frame(person: Person): TemplateResult {
    const { page } = this.#route;
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>Skip to the page</a>
      <header class="bar">
        <div>
          <a class="home" href="/" aria-label="Livestreams">${wordmark()}</a>
          <nav aria-label="Pages">
            ${link('/', 'broadcast', 'Streams', page === 'streams' || page === 'stream')}
            ${link('/assets', 'film', 'Assets', page === 'assets' || page === 'asset')}
            ${link('/jobs', 'list', 'Jobs', page === 'jobs' || page === 'job')}
            ${this.#panelsIn('page').map((panel) =>
              link(addressOf(panel), panel.icon, panel.title, location.pathname === addressOf(panel)),
            )}
            ${link('/settings', 'settings', 'Settings', page === 'settings')}
          </nav>
          <livestreams-account-menu .person=${person}></livestreams-account-menu>
        </div>
        <p class="cut-off" role="status">${this.cutOff ? CUT_OFF : nothing}</p>
      </header>
      <main id="main" tabindex="-1">${this.#page()}</main>
    `;
  }

  readonly #skip = (event: Event) => {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  };

  #page(): TemplateResult {
    const route = this.#route;
    switch (route.page) {
      case 'stream':
        return html`<livestreams-stream-page .stream=${route.id} .panels=${this.#panelsIn('stream')}></livestreams-stream-page>`;
      case 'assets':
        return html`<livestreams-asset-list .panels=${this.#panelsIn('assets')}></livestreams-asset-list>`;
      case 'asset':
        return html`<livestreams-asset-page .asset=${route.id} .panels=${this.#panelsIn('asset')}></livestreams-asset-page>`;
      case 'jobs':
        return html`<livestreams-job-list></livestreams-job-list>`;
      case 'job':
        return html`<livestreams-job-page .job=${route.id}></livestreams-job-page>`;
      case 'settings':
        return html`<livestreams-settings-page .section=${route.section} .panels=${this.#panelsIn('settings')}></livestreams-settings-page>`;
      case 'extension':
        return this.#extension(route.element);
      default:
        return html`<livestreams-stream-list></livestreams-stream-list>`;
    }
  }

  #extension(element: string): TemplateResult {
    const panel = this.#panelsIn('page').find((candidate) => candidate.element === element);
    return panel
      ? html`<livestreams-panel .panel=${panel}></livestreams-panel>`
      : this.#panels.render(() => html`<p class="notice">There is no such page. Its plugin may be switched off.</p>`);
  }

  #panelsIn(slot: PanelEntry['slot']): PanelEntry[] {
    return this.#panels.value?.filter((panel) => panel.slot === slot && may(panel.access)) ?? [];
  }
}

const TITLES: Record<Route['page'], string> = {
  streams: 'Streams',
  stream: 'Stream',
  assets: 'Assets',
  asset: 'Asset',
  jobs: 'Jobs',
  job: 'Job',
  settings: 'Settings',
  extension: 'Extension',
  login: 'Sign in',
  setup: 'Welcome',
  invite: 'Invitation',
};

const CUT_OFF = 'Cut off from the server: what is shown may be old. It goes on by itself.';

/** Where the things of a page are listed. */
const LISTS = { stream: '/', asset: '/assets', job: '/jobs' } as const;

const addressOf = ({ plugin, element }: PanelEntry) => `/extensions/${plugin}/${element}`;

const link = (path: string, sign: string, title: string, current: boolean) =>
  html`<a href=${path} aria-current=${current ? 'page' : 'false'}>${icon(sign)} <span>${title}</span></a>`;

customElements.define('livestreams-dashboard', Dashboard);
