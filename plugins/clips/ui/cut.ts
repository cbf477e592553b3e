/** `<clips-cut>`: cuts a clip, of what is live (attribute `stream`) or of an asset (`asset`), without leaving the page. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';

/** Seconds that are cut of what is live. */
const LAST = [15, 30, 60, 120];

interface Clip {
  id: string;
  title: string;
}

export class ClipsCut extends LitElement {
  static override properties: PropertyDeclarations = {
    stream: { type: String },
    status: { type: String },
    asset: { type: String },
    playing: { attribute: false },
    busy: { state: true },
    failure: { state: true },
    made: { state: true },
  };
  static override styles = css`
    form {
      display: flex;
      flex-wrap: wrap;
      align-items: end;
      gap: 12px;
    }
    label,
    .field {
      display: grid;
      gap: 6px;
      font-size: var(--size-small);
      font-weight: 560;
    }
    label.title {
      flex: 1 1 180px;
    }
    input,
    select,
    button {
      box-sizing: border-box;
      min-height: var(--control);
      padding: 0 12px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-small);
      background: var(--surface);
      color: var(--text);
      font: inherit;
      font-size: var(--size-body);
      font-weight: 400;
    }
    input.title {
      width: 100%;
    }
    input[type='number'] {
      width: 96px;
    }
    button {
      font-weight: 560;
      cursor: pointer;
    }
    button:hover {
      background: var(--surface-sunken);
    }
    button:disabled {
      opacity: 0.55;
    }
    .time {
      display: flex;
      gap: 4px;
    }
    a {
      color: inherit;
    }
    :focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    p {
      margin: 12px 0 0;
      font-size: var(--size-small);
    }
    p:first-child {
      margin: 0;
      color: var(--text-dim);
      font-size: var(--size-body);
    }
    .bad {
      color: var(--bad);
    }
  `;
  declare stream: string;
  /** Of the stream: `offline`, `live` or `reconnecting`. */
  declare status: string;
  declare asset: string;
  /** The player of the page: where it stands can be the start or the end. */
  declare playing: () => { readonly currentTime: number } | null;
  declare busy: boolean;
  declare failure: string | null;
  declare made: Clip | null;

  constructor() {
    super();
    this.stream = '';
    this.status = '';
    this.asset = '';
    this.playing = () => null;
    this.busy = false;
    this.failure = null;
    this.made = null;
  }

  async #cut(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const number = (name: string) => Number(data.get(name));
    const title = String(data.get('title')).trim();
    const what = this.asset
      ? { asset_id: this.asset, start: number('start'), end: number('end') }
      : { stream_id: this.stream, last: number('last') };
    this.busy = true;
    this.failure = null;
    this.made = null;
    try {
      this.made = await post({ ...what, ...(title && { title }) });
    } catch (error) {
      this.failure = (error as Error).message;
    } finally {
      this.busy = false;
    }
  }

  /** Writes where the player stands into the field. */
  #take(name: string): void {
    const field = this.renderRoot.querySelector<HTMLInputElement>(`input[name=${name}]`);
    const time = this.playing()?.currentTime;
    if (field && time !== undefined) field.value = time.toFixed(2);
  }

  protected override render() {
    return html`
      ${
        this.status === 'offline'
          ? html`<p>What is live can be cut here, and a recording on its own page.</p>`
          : this.#form()
      }
      ${this.failure ? html`<p class="bad" role="alert">${this.failure}</p>` : nothing}
      ${this.made ? html`<p role="status">Made: <a href=${`/assets/${this.made.id}`}>${this.made.title}</a></p>` : nothing}
    `;
  }

  #form() {
    return html`<form @submit=${this.#cut}>
        ${
          this.asset
            ? html`${this.#time('start', 'From, seconds', '0')} ${this.#time('end', 'To, seconds')}`
            : html`<label>
                The last
                <select name="last">${LAST.map((seconds) => html`<option value=${seconds} ?selected=${seconds === 30}>${seconds} seconds</option>`)}</select>
              </label>`
        }
        <label class="title">Title <input class="title" name="title" maxlength="200" autocomplete="off" placeholder="As it is now" /></label>
        <button ?disabled=${this.busy}>Make a clip</button>
      </form>`;
  }

  #time(name: string, words: string, value = '') {
    return html`<div class="field">
      <label for=${name}>${words}</label>
      <span class="time">
        <input id=${name} name=${name} type="number" min="0" step="0.01" required value=${value} />
        <button type="button" title="Where the player stands" aria-label=${`Here: ${words}`} @click=${() => this.#take(name)}>
          Here
        </button>
      </span>
    </div>`;
  }
}

async function post(body: object): Promise<Clip> {
  const answer = await fetch('/v1/clips', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const said = (await answer.json()) as Clip & { detail?: string };
  if (!answer.ok) throw new Error(said.detail ?? `The server answered ${answer.status}.`);
  return said;
}

customElements.define('clips-cut', ClipsCut);
