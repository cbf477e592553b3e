/** `<livestreams-stream-keys>`: the keys of a stream: which there are, their rotation, and their end. */
import { css, html, LitElement, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { ask, type Question } from '../elements/ask.ts';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type StreamKey } from './api.ts';
import { makeKey } from './fresh-keys.ts';
import { whenEvents } from './live-events.ts';
import { moment } from './words.ts';

/** Seconds for which old keys go on working after a rotation: long enough to type the new one. */
const OVERLAP = 600;

export class StreamKeys extends LitElement {
  static override properties: PropertyDeclarations = { stream: { type: String } };
  static override styles = [
    sharedStyles,
    css`
      .label {
        overflow: hidden;
        font-weight: 560;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];
  declare stream: string;
  readonly #acting = new Action(this);
  readonly #keys = new Loaded(this, (signal) => answered(api.GET('/v1/streams/{id}/keys', { ...this.#path, signal })), {
    when: whenEvents(({ type, stream_id }) => stream_id === this.stream && type.startsWith('stream.key_')),
  });

  constructor() {
    super();
    this.stream = '';
  }

  get #path() {
    return { params: { path: { id: this.stream } } };
  }

  async #act(question: Question, work: () => Promise<unknown>): Promise<void> {
    if (!(await ask(question))) return;
    await this.#acting.run(work);
    await this.#keys.reload();
  }

  #rotate(): Promise<void> {
    const question = {
      heading: 'Rotate the keys?',
      text: `A new key is made, and all others end in ${OVERLAP / 60} minutes.`,
      verb: 'Rotate',
    };
    return this.#act(question, () => makeKey(this.stream, { overlap: OVERLAP }));
  }

  #delete({ id, label }: StreamKey): Promise<void> {
    const question = {
      heading: `Delete the key “${label}”?`,
      text: 'Whoever publishes with it is dropped at once.',
      verb: 'Delete',
    };
    const path = { id: this.stream, key_id: id };
    return this.#act(question, () => answered(api.DELETE('/v1/streams/{id}/keys/{key_id}', { params: { path } })));
  }

  protected override render() {
    return html`<section class="card">
      <header>
        <h2>Stream keys</h2>
        <button type="button" class="compact" @click=${this.#rotate}>Rotate</button>
      </header>
      ${this.#acting.render()}
      ${this.#keys.render(({ data }) =>
        data.length === 0
          ? html`<p class="dim">No key: nobody can publish. Rotate to make one.</p>`
          : html`<ul class="rows">
              ${data.map(
                (key) => html`<li>
                  <div class="grow">
                    <div class="label">${key.label}</div>
                    <span class="dim small">${describe(key)}</span>
                  </div>
                  <button type="button" class="quiet compact" aria-label=${`Delete the key ${key.label}`} @click=${() => this.#delete(key)}>
                    Delete
                  </button>
                </li>`,
              )}
            </ul>`,
      )}
    </section>`;
  }
}

function describe(key: StreamKey): string {
  if (key.expires_at) return `Ends ${moment(key.expires_at)}`;
  return key.last_used_at ? `Last used ${moment(key.last_used_at)}` : `Made ${moment(key.created_at)}, never used`;
}

customElements.define('livestreams-stream-keys', StreamKeys);
