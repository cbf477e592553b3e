/** `<livestreams-api-keys>`: the keys by which programs call the API: which there are, new ones, and their end. */
import './api-key-dialog.ts';
import { css, html, LitElement } from 'lit';
import { Action } from '../elements/action.ts';
import { ask } from '../elements/ask.ts';
import { icon } from '../elements/icon.ts';
import { Paged } from '../elements/paged.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { type ApiKey, api } from './api.ts';
import type { ApiKeyDialog } from './api-key-dialog.ts';
import { moment, SCOPES } from './words.ts';

/** Milliseconds: the last use of a key is no event. */
const REFRESH = 15_000;

export class ApiKeys extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      .name {
        font-weight: 560;
        overflow-wrap: anywhere;
      }
      .over {
        opacity: 0.65;
      }
    `,
  ];
  readonly #acting = new Action(this);
  readonly #keys = new Paged(
    this,
    (query, signal) => answered(api.GET('/v1/api-keys', { params: { query }, signal })),
    { every: REFRESH },
  );

  readonly #openDialog = () => this.renderRoot.querySelector<ApiKeyDialog>('livestreams-api-key-dialog')?.show();

  async #revoke({ id, name }: ApiKey): Promise<void> {
    const question = {
      heading: `Revoke “${name}”?`,
      text: 'Programs that use it are refused from this moment on.',
      verb: 'Revoke',
    };
    if (!(await ask(question))) return;
    await this.#acting.run(() => answered(api.DELETE('/v1/api-keys/{id}', { params: { path: { id } } })));
    await this.#keys.reload();
  }

  protected override render() {
    return html`
      <section class="card">
        <header>
          <h2>API keys</h2>
          <button type="button" @click=${this.#openDialog}>${icon('plus')} New key</button>
        </header>
        ${this.#acting.render()} ${this.#keys.render((keys) => this.#list(keys))}
      </section>
      <livestreams-api-key-dialog @made=${() => this.#keys.reload()}></livestreams-api-key-dialog>
    `;
  }

  #list(keys: ApiKey[]) {
    if (keys.length === 0) {
      return html`<div class="empty">
        ${icon('key')}
        <p class="dim">With a key, your own programs can do what this dashboard does. <a href="/v1/docs" target="_blank">See the API</a>.</p>
      </div>`;
    }
    return html`<ul class="rows wrapping">
      ${keys.map(
        (key) => html`<li class=${isOver(key) ? 'over' : ''}>
          <div class="grow">
            <div class="name">${key.name}</div>
            <div class="dim small">${describe(key)}</div>
          </div>
          <span class="badge plain" title=${SCOPES[key.scope].may}>${SCOPES[key.scope].word}</span>
          <button type="button" class="quiet compact" aria-label=${`Revoke the key ${key.name}`} @click=${() => this.#revoke(key)}>
            Revoke
          </button>
        </li>`,
      )}
    </ul>`;
  }
}

const isOver = ({ expires_at: end }: ApiKey) => end !== null && Date.parse(end) <= Date.now();

function describe(key: ApiKey): string {
  const use = key.last_used_at ? `Last used ${moment(key.last_used_at)}` : 'Never used';
  const end = key.expires_at ? `${isOver(key) ? 'expired' : 'expires'} ${moment(key.expires_at)}` : 'does not expire';
  return [key.stream_id ? 'One stream' : 'All streams', use, end].join(' · ');
}

customElements.define('livestreams-api-keys', ApiKeys);
