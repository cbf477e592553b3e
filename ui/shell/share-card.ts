/** A card with what a creator gives to viewers: the watch page, and the frame for other sites. */
import { html, type TemplateResult } from 'lit';
import { icon } from '../elements/icon.ts';
import type { Stream } from './api.ts';

/** Seconds that the token lasts with which the dashboard itself plays what is protected. */
export const PLAYBACK_TOKEN_LIFE = 3600;

/** To be drawn where `pageStyles` and `<livestreams-copy-field>` are. */
export function shareCard({ watch_url: watch, embed_url: embed }: Stream['playback']): TemplateResult {
  const frame = `<iframe src="${embed}" width="640" height="360" style="border:0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`;
  return html`<section class="card">
    <header>
      <h2>Share</h2>
      <a class="button" href=${watch} target="_blank" rel="noopener">${icon('open')} Watch page</a>
    </header>
    <div class="share">
      <livestreams-copy-field label="Address" .value=${watch}></livestreams-copy-field>
      <livestreams-copy-field label="Embed on a page" .value=${frame}></livestreams-copy-field>
    </div>
  </section>`;
}
