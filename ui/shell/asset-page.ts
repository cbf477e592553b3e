/** `<livestreams-asset-page>`: one asset to its creator: the picture, its facts, the way to share, download and delete it. */
import '../player/player.ts';
import './asset-dialog.ts';
import './download-link.ts';
import './panel-host.ts';
import './share-card.ts';
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { ask } from '../elements/ask.ts';
import { icon } from '../elements/icon.ts';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { type Asset, api } from './api.ts';
import type { AssetDialog } from './asset-dialog.ts';
import { whenEvents } from './live-events.ts';
import { ownToken } from './own-token.ts';
import { pageStyles } from './page-styles.ts';
import type { PanelEntry } from './panels.ts';
import { may } from './person.ts';
import { nameThePage, navigate } from './routing.ts';
import { protectedStandIn, standIn, standInStyles } from './stand-in.ts';
import { ASSET_KINDS, ASSET_STATES, duration, moment, SEEN_BY, size } from './words.ts';

export class AssetPage extends LitElement {
  static override properties: PropertyDeclarations = {
    asset: { type: String },
    panels: { attribute: false },
  };
  static override styles = [
    sharedStyles,
    pageStyles,
    standInStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-2) var(--space-5);
        margin: 0;
      }
      dl + .rows {
        margin-top: var(--space-4);
      }
      dt {
        color: var(--text-dim);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
    `,
  ];
  declare asset: string;
  declare panels: PanelEntry[];
  #token: string | null = null;
  readonly #acting = new Action(this);
  readonly #loaded = new Loaded(this, (signal) => this.#load(signal), {
    when: whenEvents(
      ({ type, data }) => type.startsWith('asset.') && (data as { asset_id?: string }).asset_id === this.asset,
    ),
  });

  constructor() {
    super();
    this.asset = '';
    this.panels = [];
  }

  get #path() {
    return { params: { path: { id: this.asset } } };
  }

  async #load(signal: AbortSignal): Promise<Asset> {
    const asset = await answered(api.GET('/v1/assets/{id}', { ...this.#path, signal }));
    nameThePage(asset.title);
    if (asset.visibility === 'protected' && may('creator')) this.#token = await ownToken(asset.id);
    return asset;
  }

  async #delete({ title }: Asset): Promise<void> {
    const question = {
      heading: `Delete “${title}”?`,
      text: 'It is gone for every viewer at once. This cannot be undone. Clips that were cut from it stay.',
      verb: 'Delete',
    };
    if (!(await ask(question))) return;
    await this.#acting.run(async () => {
      await answered(api.DELETE('/v1/assets/{id}', this.#path));
      navigate('/assets', true);
    });
  }

  readonly #openSettings = () => this.renderRoot.querySelector<AssetDialog>('livestreams-asset-dialog')?.show();

  protected override render() {
    return html`<a class="back" href="/assets">${icon('back')} Assets</a> ${this.#loaded.render((asset) => this.#page(asset))}`;
  }

  #page(asset: Asset) {
    const { word, tone } = ASSET_STATES[asset.status];
    return html`
      <div class="top">
        <h1>${asset.title}</h1>
        ${asset.status === 'ready' ? nothing : html`<span class="badge ${tone}" role="status">${word}</span>`}
        ${
          may('creator')
            ? html`<button type="button" class="settings" @click=${this.#openSettings}>${icon('settings')} Settings</button>`
            : nothing
        }
      </div>
      ${this.#acting.render()}
      <div class="columns">
        <div class="column">${asset.status === 'ready' ? this.#player(asset) : unready(asset)} ${this.#extensions(asset)}</div>
        <div class="column">
          ${this.#facts(asset)} ${asset.status === 'ready' ? html`<livestreams-share-card .shared=${asset}></livestreams-share-card>` : nothing}
        </div>
      </div>
      ${
        may('creator')
          ? html`<footer>
                <button type="button" class="danger" ?disabled=${this.#acting.busy} @click=${() => this.#delete(asset)}>
                  ${icon('trash')} Delete
                </button>
              </footer>
              <livestreams-asset-dialog .asset=${asset} @changed=${() => this.#loaded.reload()}></livestreams-asset-dialog>`
          : nothing
      }
    `;
  }

  #player(asset: Asset) {
    if (asset.visibility === 'protected' && this.#token === null) return protectedStandIn();
    return html`<livestreams-player
      src=${asset.id}
      .token=${this.#token}
      .poster=${this.#picture(asset.thumbnail_url)}
      .storyboard=${this.#picture(asset.storyboard?.vtt_url ?? null)}
      controls
    ></livestreams-player>`;
  }

  /** Its address on this very host; the token stands in the path, so that the storyboard's sprite is found beside it. */
  #picture(url: string | null): string | null {
    if (url === null) return null;
    const { pathname } = new URL(url);
    return this.#token === null ? pathname : pathname.replace(/[^/]+$/, (file) => `~${this.#token}/${file}`);
  }

  #extensions(asset: Asset) {
    if (asset.status !== 'ready') return nothing;
    const playing = () => this.renderRoot.querySelector('livestreams-player');
    return this.panels.map(
      (panel) => html`<livestreams-panel .panel=${panel} .asset=${asset.id} .playing=${playing}></livestreams-panel>`,
    );
  }

  #facts(asset: Asset) {
    return html`<section class="card">
      <header>
        <h2>${ASSET_KINDS[asset.kind]}</h2>
        ${
          asset.status === 'ready' && asset.files.length <= 1
            ? html`<livestreams-download-link .asset=${asset.id}></livestreams-download-link>`
            : nothing
        }
      </header>
      <dl>
        <dt>Made</dt>
        <dd>${moment(asset.created_at)}</dd>
        ${asset.duration === null ? nothing : html`<dt>Length</dt><dd>${duration(asset.duration)}</dd>`}
        ${asset.size === null ? nothing : html`<dt>Size</dt><dd>${size(asset.size)}</dd>`}
        ${
          asset.tracks.length === 0
            ? nothing
            : html`<dt>Qualities</dt><dd>${asset.tracks.map(({ name, height }) => (height ? `${height}p` : name)).join(', ')}</dd>`
        }
        ${
          asset.gaps.length === 0
            ? nothing
            : html`<dt>Gaps</dt><dd>${asset.gaps.map((gap) => `${duration(gap.duration)} after ${duration(gap.start)}`).join(', ')}</dd>`
        }
        <dt>Seen by</dt>
        <dd>${SEEN_BY[asset.visibility]}</dd>
        ${
          asset.stream_id
            ? html`<dt>Stream</dt><dd><a href=${`/streams/${asset.stream_id}`}>Its page</a></dd>`
            : nothing
        }
      </dl>
      ${asset.files.length > 1 ? files(asset) : nothing}
    </section>`;
  }
}

/** A recording whose picture or sound became another on the way is an MP4 for each. */
function files({ id, files: parts }: Asset) {
  return html`<ul class="rows" aria-label="Files">
    ${parts.map(
      ({ number, start, duration: length, size: bytes }) => html`<li>
        <div class="grow">
          Part ${number + 1}
          <div class="dim small">From ${duration(start)} · ${duration(length)} · ${size(bytes)}</div>
        </div>
        <livestreams-download-link .asset=${id} .file=${number} .name=${`part ${number + 1}`}></livestreams-download-link>
      </li>`,
    )}
  </ul>`;
}

function unready({ status, error }: Asset) {
  return status === 'failed'
    ? standIn('warning', 'It could not be made', error ?? '', 'alert')
    : standIn('film', 'It is being made', 'It can be watched here as soon as it is ready.');
}

customElements.define('livestreams-asset-page', AssetPage);
