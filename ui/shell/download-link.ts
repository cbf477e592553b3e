/** `<livestreams-download-link>`: leads to an MP4 of an asset; one that is yet to be made is waited for, however long it takes. */
import { css, html, LitElement, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { ApiError } from './answered.ts';

/** Seconds after which it is asked for again, where the server does not say. */
const RETRY_AFTER = 5;

export class DownloadLink extends LitElement {
  static override properties: PropertyDeclarations = {
    asset: { type: String },
    file: { type: Number },
    name: { type: String },
  };
  static override styles = [
    sharedStyles,
    css`
      .notice {
        margin-top: var(--space-2);
      }
      .button[aria-disabled='true'] {
        opacity: 0.7;
        cursor: default;
      }
    `,
  ];
  /** Id of the asset. */
  declare asset: string;
  /** Which of its files; null for the only one. */
  declare file: number | null;
  /** What is downloaded, for those who do not see where the link stands. */
  declare name: string;
  readonly #preparing = new Action(this);

  constructor() {
    super();
    this.asset = '';
    this.file = null;
    this.name = '';
  }

  get #address(): string {
    return `/v1/assets/${this.asset}/download${this.file === null ? '' : `?file=${this.file}`}`;
  }

  /** The browser would save the answer that there is none yet. */
  readonly #download = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.#preparing.busy) return;
    const address = this.#address;
    if (!(await this.#preparing.run(() => prepared(address)))) return;
    const link = document.createElement('a');
    link.href = address;
    link.download = '';
    link.click();
  };

  protected override render() {
    const { busy } = this.#preparing;
    return html`<a
        class="button"
        href=${this.#address}
        download
        aria-label=${[busy ? 'Preparing' : 'Download', this.name].filter(Boolean).join(' ')}
        aria-disabled=${busy}
        @click=${this.#download}
        >${icon('download')} <span aria-live="polite">${busy ? 'Preparing…' : 'Download'}</span></a
      >
      ${this.#preparing.render()}`;
  }
}

/** Resolves when the file is there: on this server, or in the store that it leads to. */
async function prepared(address: string): Promise<void> {
  for (;;) {
    const answer = await fetch(address, { method: 'HEAD', redirect: 'manual' });
    if (answer.status === 200 || answer.type === 'opaqueredirect') return;
    if (answer.status !== 202) throw new ApiError(answer.status, await (await fetch(address)).json());
    const seconds = Number(answer.headers.get('Retry-After')) || RETRY_AFTER;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

customElements.define('livestreams-download-link', DownloadLink);
