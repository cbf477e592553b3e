/** `<livestreams-asset-card>`: one asset in a list: its picture, how long it is, its title, and whether it is ready. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import type { Asset } from './api.ts';
import { ASSET_KINDS, ASSET_STATES, duration, moment } from './words.ts';

export class AssetCard extends LitElement {
  static override properties: PropertyDeclarations = { asset: { attribute: false }, unseen: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      a {
        display: grid;
        gap: var(--space-2);
        border-radius: var(--radius);
        text-decoration: none;
      }
      .picture {
        position: relative;
        display: grid;
        place-content: center;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface-sunken);
        color: var(--text-dim);
      }
      .picture svg.icon {
        width: 34px;
        height: 34px;
        opacity: 0.6;
      }
      img {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      .length {
        position: absolute;
        right: 8px;
        bottom: 8px;
        padding: 1px 7px;
        border-radius: 6px;
        background: rgb(10 12 18 / 0.78);
        color: #fff;
        font-size: 12px;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      .badge {
        position: absolute;
        top: 8px;
        left: 8px;
      }
      .title {
        display: -webkit-box;
        overflow: hidden;
        font-weight: 600;
        line-height: 1.35;
        overflow-wrap: anywhere;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
      a:hover .title {
        text-decoration: underline;
        text-underline-offset: 3px;
      }
    `,
  ];
  declare asset: Asset;
  /** The picture cannot be had. */
  declare unseen: boolean;

  constructor() {
    super();
    this.unseen = false;
  }

  protected override render() {
    const { id, kind, status, title, visibility, created_at: made } = this.asset;
    // The picture of what is protected is shown only with a token, which a list has none of.
    const picture = visibility === 'protected' ? null : this.asset.thumbnail_url;
    const { word, tone } = ASSET_STATES[status];
    return html`<a href=${`/assets/${id}`}>
      <div class="picture">
        ${icon('film')}
        ${
          picture && !this.unseen
            ? html`<img src=${new URL(picture).pathname} alt="" loading="lazy" @error=${() => {
                this.unseen = true;
              }} />`
            : nothing
        }
        ${status === 'ready' ? nothing : html`<span class="badge ${tone}">${word}</span>`}
        ${this.asset.duration === null ? nothing : html`<span class="length">${duration(this.asset.duration)}</span>`}
      </div>
      <div>
        <div class="title">${title}</div>
        <div class="dim small">${ASSET_KINDS[kind]} · ${moment(made)}</div>
      </div>
    </a>`;
  }
}

customElements.define('livestreams-asset-card', AssetCard);
