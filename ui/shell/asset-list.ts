/** `<livestreams-asset-list>`: what can be watched later: recordings, uploads and clips, as pictures. */
import './asset-card.ts';
import './panel-host.ts';
import { css, html, LitElement, type PropertyDeclarations } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../elements/icon.ts';
import { Paged } from '../elements/paged.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { type Asset, api } from './api.ts';
import { whenEvents } from './live-events.ts';
import type { PanelEntry } from './panels.ts';

/** Each with its name, and how there come to be some. */
const KINDS = [
  [null, 'All', 'Recordings of your streams, clips of them, and uploads can be watched and downloaded here.'],
  [
    'recording',
    'Recordings',
    'When a session of a stream that is recorded ends, it can be watched and downloaded here.',
  ],
  ['upload', 'Uploads', 'Video files that were uploaded can be watched and shared here.'],
  ['clip', 'Clips', 'A clip is cut on the page of a stream that is live, or of a recording or an upload.'],
] as const;

export class AssetList extends LitElement {
  static override properties: PropertyDeclarations = { panels: { attribute: false }, kind: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-3) var(--space-4);
        margin-bottom: var(--space-5);
      }
      .kinds {
        display: flex;
        gap: 2px;
        padding: 3px;
        border: 1px solid var(--line);
        border-radius: var(--radius-small);
        background: var(--surface-sunken);
      }
      .kinds button {
        min-height: 30px;
        padding: 0 var(--space-3);
        border-color: transparent;
        background: none;
        color: var(--text-dim);
        font-size: var(--size-small);
      }
      .kinds button[aria-pressed='true'] {
        border-color: var(--line);
        background: var(--surface);
        color: var(--text);
      }
      livestreams-panel {
        display: block;
        margin-bottom: var(--space-5);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(250px, 100%), 1fr));
        gap: var(--space-5) var(--space-4);
        margin: 0 0 var(--space-5);
        padding: 0;
        list-style: none;
      }
    `,
  ];
  declare panels: PanelEntry[];
  declare kind: Asset['kind'] | null;
  readonly #assets = new Paged(
    this,
    (query, signal) =>
      answered(
        api.GET('/v1/assets', { params: { query: { ...query, ...(this.kind && { kind: this.kind }) } }, signal }),
      ),
    { when: whenEvents(({ type }) => type.startsWith('asset.')) },
  );

  constructor() {
    super();
    this.panels = [];
    this.kind = null;
  }

  #choose(kind: Asset['kind'] | null): void {
    this.kind = kind;
    void this.#assets.reload();
  }

  protected override render() {
    return html`
      <div class="top">
        <h1>Assets</h1>
        <div class="kinds" role="group" aria-label="Kind">
          ${KINDS.map(
            ([kind, word]) =>
              html`<button type="button" aria-pressed=${kind === this.kind} @click=${() => this.#choose(kind)}>${word}</button>`,
          )}
        </div>
      </div>
      ${this.panels.map((panel) => html`<livestreams-panel .panel=${panel}></livestreams-panel>`)}
      ${this.#assets.render((assets) => this.#list(assets))}
    `;
  }

  #list(assets: Asset[]) {
    if (assets.length === 0) {
      return html`<div class="card empty">
        ${icon('film')}
        <h2>Nothing here yet</h2>
        <p class="dim">${KINDS.find(([kind]) => kind === this.kind)?.[2]}</p>
      </div>`;
    }
    return html`<ul>
      ${repeat(
        assets,
        ({ id }) => id,
        (asset) => html`<li><livestreams-asset-card .asset=${asset}></livestreams-asset-card></li>`,
      )}
    </ul>`;
  }
}

customElements.define('livestreams-asset-list', AssetList);
