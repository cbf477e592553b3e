/** `<livestreams-storage-settings>`: where media are kept, how much room is left, and how long recordings stay. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type StorageState } from './api.ts';
import { whenEvents } from './live-events.ts';
import { may } from './person.ts';
import { duration, moment, ROOM, size } from './words.ts';

/** Milliseconds: how much room is left is no event, as long as it is enough. */
const REFRESH = 10_000;

const GIGABYTE = 1e9;

export class StorageSettings extends LitElement {
  static override properties: PropertyDeclarations = { saved: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      meter {
        width: 100%;
        height: 14px;
      }
      dl {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-3) var(--space-6);
        margin: var(--space-3) 0 0;
      }
      dt {
        color: var(--text-dim);
        font-size: var(--size-small);
      }
      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
      }
      .notice {
        margin-top: var(--space-4);
      }
      form {
        max-width: 440px;
      }
      form button {
        justify-self: start;
      }
    `,
  ];
  declare saved: boolean;
  readonly #saving = new Action(this);
  readonly #storage = new Loaded(this, (signal) => answered(api.GET('/v1/storage', { signal })), {
    every: REFRESH,
    when: whenEvents(({ type }) => /^(storage|retention)\./.test(type)),
  });

  constructor() {
    super();
    this.saved = false;
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const days = Number(data.get('days')) || null;
    const gigabytes = Number(data.get('gigabytes')) || null;
    const bytes = gigabytes === null ? null : Math.round(gigabytes * GIGABYTE);
    const retention = days === null && bytes === null ? null : { days, bytes };
    this.saved = await this.#saving.run(() => answered(api.PATCH('/v1/storage', { body: { retention } })));
    await this.#storage.reload();
  }

  protected override render() {
    return this.#storage.render((storage) => html`${room(storage)} ${this.#retention(storage)}`);
  }

  #retention({ retention }: StorageState) {
    return html`<section class="card">
      <header><h2>How long recordings are kept</h2></header>
      ${
        may('admin')
          ? html`<form @submit=${this.#save}>
              <label>
                Days
                <input name="days" type="number" min="1" max="36500" placeholder="For ever" .defaultValue=${String(retention?.days ?? '')} />
                <span class="dim">Older recordings are deleted.</span>
              </label>
              <label>
                Gigabytes
                <input name="gigabytes" type="number" min="0.001" step="any" placeholder="Without end" .defaultValue=${retention?.bytes ? String(retention.bytes / GIGABYTE) : ''} />
                <span class="dim">Where all recordings together have more, the oldest are deleted.</span>
              </label>
              ${this.#saving.render()} ${this.saved ? html`<p class="notice good" role="status">Saved.</p>` : nothing}
              <button ?disabled=${this.#saving.busy}>Save</button>
            </form>`
          : html`<p>${describe(retention)}</p>`
      }
    </section>`;
  }
}

function room({ kind, disk, uploads, used_bytes: used }: StorageState) {
  const { word, tone } = ROOM[disk.level];
  const { free_bytes: free, total_bytes: total, seconds_to_full: left } = disk;
  return html`<section class="card">
    <header>
      <h2>Storage</h2>
      <span class="badge ${tone}" role="status">${word}</span>
    </header>
    ${
      free === null || total === null
        ? nothing
        : html`<meter min="0" max=${total} value=${total - free} aria-label="Disk"></meter>`
    }
    <dl>
      ${free === null || total === null ? nothing : fact('Free', `${size(free)} of ${size(total)}`)}
      ${fact('Your media', size(used))} ${fact('Kept', kind === 's3' ? 'In the object store' : 'On the disk')}
      ${left === null ? nothing : fact('Full in', duration(left))}
    </dl>
    ${
      uploads && uploads.waiting_files > 0
        ? html`<p class="notice ${uploads.error ? 'bad' : ''}">
            ${uploads.waiting_files} files (${size(uploads.waiting_bytes)}) wait for the object
            store${uploads.oldest ? `, the oldest since ${moment(uploads.oldest)}` : ''}. ${uploads.error}
          </p>`
        : nothing
    }
  </section>`;
}

const fact = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function describe(retention: StorageState['retention']): string {
  const limits = [
    ...(retention?.days ? [`for ${retention.days} days`] : []),
    ...(retention?.bytes ? [`up to ${size(retention.bytes)}`] : []),
  ];
  return limits.length === 0 ? 'For ever.' : `${limits.join(', ')}.`.replace(/^./, (first) => first.toUpperCase());
}

customElements.define('livestreams-storage-settings', StorageSettings);
