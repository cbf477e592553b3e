/** `<livestreams-publish-fields>`: what to type into OBS or another encoder, with the fields named as they are there. */
import '../elements/copy-field.ts';
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import type { Stream } from './api.ts';
import { FreshKey, makeKey } from './fresh-keys.ts';

/** OBS's own names of what ingests want typed. */
const FIELD_NAMES: Record<string, string> = { url: 'Server', key: 'Stream key', address: 'Or both in one address' };

/** Stands for the key in what an ingest wants typed. */
const KEY = '{key}';

export class PublishFields extends LitElement {
  static override properties: PropertyDeclarations = { stream: { attribute: false } };
  static override styles = [
    sharedStyles,
    css`
      .fields {
        display: grid;
        gap: var(--space-4);
      }
      ol {
        margin: 0 0 var(--space-4);
        padding-left: 1.2em;
        color: var(--text-dim);
        font-size: var(--size-small);
      }
      .hidden {
        display: grid;
        gap: var(--space-3);
        justify-items: start;
      }
    `,
  ];
  declare stream: Stream;
  readonly #key = new FreshKey(this);
  readonly #making = new Action(this);

  protected override render() {
    const ingests = Object.entries(this.stream.ingest);
    return html`<section class="card">
      <header><h2>Go live</h2></header>
      ${
        ingests.length === 0
          ? html`<p class="notice">No ingest is switched on. Add one, such as rtmp(), to livestreams.config.ts.</p>`
          : html`<ol>
              <li>In OBS: Settings, Stream, Service “Custom…”.</li>
              <li>Copy both fields over, and press Start Streaming.</li>
            </ol>`
      }
      ${ingests.map(([name, fields]) => this.#ingest(name, fields, ingests.length > 1))}
      ${this.#making.render()}
    </section>`;
  }

  #ingest(name: string, fields: Record<string, string>, named: boolean) {
    const key = this.#key.of(this.stream.id);
    const shown = Object.entries(fields).filter(([, value]) => key !== null || !value.includes(KEY));
    return html`<div class="fields">
      ${named ? html`<h3>${name.toUpperCase()}</h3>` : nothing}
      ${shown.map(
        ([field, value]) => html`<livestreams-copy-field
          label=${FIELD_NAMES[field] ?? field}
          ?secret=${value.includes(KEY)}
          .value=${value.replace(KEY, key ?? '')}
        ></livestreams-copy-field>`,
      )}
      ${key === null ? this.#hiddenKey() : nothing}
    </div>`;
  }

  #hiddenKey() {
    return html`<div class="field hidden">
      Stream key
      <p class="notice">A key is shown only when it is made. Your encoder’s present key goes on working.</p>
      <button type="button" ?disabled=${this.#making.busy} @click=${() => this.#making.run(() => makeKey(this.stream.id))}>${icon('key')} Make a new key</button>
    </div>`;
  }
}

customElements.define('livestreams-publish-fields', PublishFields);
