/** `<livestreams-dashboard>`: the frame of the dashboard; shows the page of the address, or asks who is there. */
import './account-form.ts';
import './panel-host.ts';
import './stream-list.ts';
import './stream-page.ts';
import { css, html, LitElement, type TemplateResult } from 'lit';
import { icon } from '../elements/icon.ts';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { isSignedIn, SIGNED, signOut } from './auth.ts';
import { type PanelEntry, readPanels } from './panels.ts';
import { followLink, NAVIGATED, navigate, type Route, routeOf } from './routing.ts';
import { wordmark } from './wordmark.ts';

export class Dashboard extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      .bar {
        position: sticky;
        top: 0;
        z-index: 1;
        border-bottom: 1px solid var(--line);
        background: color-mix(in srgb, var(--surface) 92%, transparent);
        backdrop-filter: blur(10px);
      }
      .bar > div {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        max-width: var(--page);
        height: 60px;
        margin: 0 auto;
        padding: 0 var(--space-4);
      }
      .bar a.home {
        display: inline-flex;
        text-decoration: none;
        border-radius: var(--radius-small);
      }
      nav {
        display: flex;
        flex: 1;
        gap: var(--space-1);
        margin-left: var(--space-4);
        overflow-x: auto;
      }
      nav a {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        padding: 6px 12px;
        border-radius: var(--radius-small);
        color: var(--text-dim);
        font-weight: 560;
        text-decoration: none;
        white-space: nowrap;
      }
      nav a:hover,
      nav a[aria-current='page'] {
        background: var(--surface-sunken);
        color: var(--text);
      }
      main {
        max-width: var(--page);
        margin: 0 auto;
        padding: var(--space-6) var(--space-4) var(--space-7);
      }
      @media (max-width: 600px) {
        main {
          padding-top: var(--space-5);
        }
        nav a span,
        button.exit span {
          display: none;
        }
        nav {
          margin-left: 0;
          justify-content: flex-end;
        }
      }
    `,
  ];

  #route: Route = routeOf(new URL(location.href));
  readonly #panels = new Loaded(this, readPanels);
  readonly #onNavigated = () => {
    this.#route = routeOf(new URL(location.href));
    this.requestUpdate();
  };
  readonly #onSigned = () => {
    const asked = this.#route.page === 'login' || this.#route.page === 'setup';
    if (isSignedIn() && asked) navigate('/', true);
    this.requestUpdate();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('popstate', this.#onNavigated);
    window.addEventListener(NAVIGATED, this.#onNavigated);
    window.addEventListener(SIGNED, this.#onSigned);
    this.addEventListener('click', followLink);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('popstate', this.#onNavigated);
    window.removeEventListener(NAVIGATED, this.#onNavigated);
    window.removeEventListener(SIGNED, this.#onSigned);
    this.removeEventListener('click', followLink);
  }

  protected override render() {
    if (this.#route.page === 'setup') {
      return html`<livestreams-account-form .token=${this.#route.token}></livestreams-account-form>`;
    }
    if (this.#route.page === 'login' || !isSignedIn())
      return html`<livestreams-account-form></livestreams-account-form>`;
    const extensions = this.#panelsIn('page');
    const streams = this.#route.page === 'streams' || this.#route.page === 'stream';
    return html`
      <header class="bar">
        <div>
          <a class="home" href="/" aria-label="Livestreams: all streams">${wordmark()}</a>
          <nav aria-label="Pages">
            ${extensions.length > 0 ? link('/', 'broadcast', 'Streams', streams) : ''}
            ${extensions.map((panel) =>
              link(addressOf(panel), panel.icon, panel.title, location.pathname === addressOf(panel)),
            )}
          </nav>
          <button type="button" class="quiet compact exit" @click=${() => signOut()} aria-label="Sign out">
            ${icon('exit')} <span>Sign out</span>
          </button>
        </div>
      </header>
      <main>${this.#page()}</main>
    `;
  }

  #page(): TemplateResult {
    const route = this.#route;
    if (route.page === 'stream') {
      return html`<livestreams-stream-page .stream=${route.id} .panels=${this.#panelsIn('stream')}></livestreams-stream-page>`;
    }
    if (route.page === 'extension') {
      const panel = this.#panelsIn('page').find(({ element }) => element === route.element);
      return panel
        ? html`<livestreams-panel .panel=${panel}></livestreams-panel>`
        : this.#panels.render(() => html`<p class="notice">There is no such page. Its plugin may be switched off.</p>`);
    }
    return html`<livestreams-stream-list></livestreams-stream-list>`;
  }

  #panelsIn(slot: PanelEntry['slot']): PanelEntry[] {
    return this.#panels.value?.filter((panel) => panel.slot === slot) ?? [];
  }
}

const addressOf = ({ plugin, element }: PanelEntry) => `/extensions/${plugin}/${element}`;

const link = (path: string, sign: string, title: string, current: boolean) =>
  html`<a href=${path} aria-current=${current ? 'page' : 'false'} aria-label=${title}>${icon(sign)} <span>${title}</span></a>`;

customElements.define('livestreams-dashboard', Dashboard);
