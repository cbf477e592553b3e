/** `<livestreams-panel>`: mounts what a plugin contributes. Its module is loaded on first sight; a failure stays within its card. */
import { html, LitElement, type PropertyDeclarations, type PropertyValues } from 'lit';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import type { LivestreamsPlayer } from '../player/player.ts';
import type { PanelEntry } from './panels.ts';

export class PanelHost extends LitElement {
  static override properties: PropertyDeclarations = {
    panel: { attribute: false },
    stream: { type: String },
    status: { type: String },
    asset: { type: String },
    playing: { attribute: false },
    failure: { state: true },
    mounted: { state: true },
  };
  static override styles = sharedStyles;
  declare panel: PanelEntry;
  /** Id of the stream whose page it is on; handed to the panel as its `stream` attribute. Empty elsewhere. */
  declare stream: string;
  /** Of that stream, as the API says it; handed on in the same way. */
  declare status: string;
  /** Id of the asset whose page it is on, likewise. */
  declare asset: string;
  /** The player of the page; handed to the panel as its property `playing`. */
  declare playing: () => LivestreamsPlayer | null;
  declare failure: string | null;
  declare mounted: HTMLElement | null;

  constructor() {
    super();
    this.stream = '';
    this.status = '';
    this.asset = '';
    this.playing = () => null;
    this.failure = null;
    this.mounted = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('panel')) void this.#mount();
    else if (this.mounted) this.#tell(this.mounted);
  }

  async #mount(): Promise<void> {
    const { panel } = this;
    this.failure = null;
    this.mounted = null;
    try {
      await import(panel.module);
      const Element = customElements.get(panel.element);
      if (!Element) throw new Error(`Its module does not define <${panel.element}>.`);
      const element = new Element();
      this.#tell(element);
      // The element's own errors while it draws reach its updateComplete promise, where it is made with Lit.
      (element as { updateComplete?: Promise<unknown> }).updateComplete?.catch((error: Error) => this.#fail(error));
      if (panel === this.panel) this.mounted = element;
    } catch (error) {
      if (panel === this.panel) this.#fail(error as Error);
    }
  }

  /** Where it is mounted. */
  #tell(element: HTMLElement): void {
    if (this.stream) element.setAttribute('stream', this.stream);
    if (this.status) element.setAttribute('status', this.status);
    if (this.asset) element.setAttribute('asset', this.asset);
    Object.assign(element, { playing: this.playing });
  }

  #fail(error: Error): void {
    this.mounted = null;
    this.failure = error.message;
  }

  protected override render() {
    if (this.failure === null && this.panel.slot === 'page') return html`${this.mounted}`;
    return html`<section class="card">
      <header><h2>${this.panel.title}</h2></header>
      ${
        this.failure === null
          ? this.mounted
          : html`<div class="empty" role="alert">
              ${icon('warning')}
              <p>This panel of the plugin “${this.panel.plugin}” does not work.</p>
              <p class="dim small">${this.failure}</p>
              <button type="button" class="compact" @click=${() => this.#mount()}>Try again</button>
            </div>`
      }
    </section>`;
  }
}

customElements.define('livestreams-panel', PanelHost);
