/** `<livestreams-stream-picture>`: the newest picture of what is live; a sign in its place where there is none. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import type { Stream } from './api.ts';
import { ownToken } from './own-token.ts';
import { may } from './person.ts';

/** Milliseconds for which a picture is the newest; another address is what makes the browser ask again. */
export const PICTURE_LIFE = 10_000;

export class StreamPicture extends LitElement {
  static override properties: PropertyDeclarations = {
    stream: { attribute: false },
    token: { state: true },
    seen: { state: true },
  };
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: relative;
        display: grid;
        place-content: center;
        flex: none;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border: 1px solid var(--line);
        border-radius: var(--radius-small);
        background: var(--surface-sunken);
        color: var(--text-dim);
      }
      svg.icon {
        width: 24px;
        height: 24px;
        opacity: 0.6;
      }
      svg.icon.live {
        color: var(--accent);
        opacity: 1;
      }
      img {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      img:not(.seen) {
        opacity: 0;
      }
    `,
  ];
  declare stream: Stream;
  /** Of a protected stream. */
  declare token: string | null;
  /** The picture is there. */
  declare seen: boolean;

  constructor() {
    super();
    this.token = null;
    this.seen = false;
  }

  protected override willUpdate(): void {
    const { id, thumbnail_url: url, visibility } = this.stream;
    if (url === null) this.seen = false;
    else if (visibility === 'protected' && may('creator')) {
      // Where no token is to be had there is the sign.
      ownToken(id).then(
        (token) => {
          this.token = token;
        },
        () => {},
      );
    }
  }

  get #address(): string | null {
    const { thumbnail_url: url, visibility } = this.stream;
    if (url === null || (visibility === 'protected' && this.token === null)) return null;
    const query = new URLSearchParams({
      ...(visibility === 'protected' && this.token !== null && { token: this.token }),
      at: String(Math.floor(Date.now() / PICTURE_LIFE)),
    });
    return `${new URL(url).pathname}?${query}`;
  }

  protected override render() {
    const address = this.#address;
    return html`${icon('broadcast')}
      ${
        address === null
          ? nothing
          : html`<img
              src=${address}
              class=${this.seen ? 'seen' : ''}
              alt=""
              @load=${() => {
                this.seen = true;
              }}
              @error=${() => {
                this.seen = false;
              }}
            />`
      }`;
  }
}

customElements.define('livestreams-stream-picture', StreamPicture);
