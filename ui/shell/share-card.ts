/** `<livestreams-share-card>`: what a creator gives to viewers: the watch page, the frame for other sites, links for who is let in. */
import '../elements/copy-field.ts';
import './playback-links.ts';
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import type { Asset, Stream } from './api.ts';
import { may } from './person.ts';

export class ShareCard extends LitElement {
  static override properties: PropertyDeclarations = { shared: { attribute: false } };
  static override styles = [
    sharedStyles,
    css`
      .fields {
        display: grid;
        gap: var(--space-4);
      }
    `,
  ];
  /** The stream or the asset. */
  declare shared: Stream | Asset;

  protected override render() {
    const { playback, visibility } = this.shared;
    return html`<section class="card">
      <header>
        <h2>Share</h2>
        ${
          visibility === 'protected'
            ? nothing
            : html`<a class="button" href=${playback.watch_url} target="_blank" rel="noopener">${icon('open')} Watch page</a>`
        }
      </header>
      <div class="fields">${visibility === 'protected' ? this.#closed() : this.#open()}</div>
    </section>`;
  }

  #open() {
    const { watch_url: watch, embed_url: embed } = this.shared.playback;
    const frame = `<iframe src="${embed}" width="640" height="360" style="border:0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`;
    return html`
      <livestreams-copy-field label="Address" .value=${watch}></livestreams-copy-field>
      <livestreams-copy-field label="Embed on a page" .value=${frame}></livestreams-copy-field>
    `;
  }

  #closed() {
    if (!may('creator')) return html`<p class="dim">It is protected: only who has a token sees it.</p>`;
    return html`
      <p class="dim">It is protected: only who has a token sees it. Your own site asks the API for one for each viewer; a link from here is for anybody whom you give it to.</p>
      <livestreams-playback-links .shared=${this.shared}></livestreams-playback-links>
    `;
  }
}

customElements.define('livestreams-share-card', ShareCard);
