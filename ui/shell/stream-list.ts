/** `<livestreams-stream-list>`: all streams with their state and what is to be seen there now, and the way to a new one. */
import './stream-dialog.ts';
import './stream-picture.ts';
import { css, html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../elements/icon.ts';
import { Paged } from '../elements/paged.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Stream } from './api.ts';
import { whenEvents } from './live-events.ts';
import { may } from './person.ts';
import type { StreamDialog } from './stream-dialog.ts';
import { PICTURE_LIFE } from './stream-picture.ts';
import { SEEN_BY, STATES } from './words.ts';

export class StreamList extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      .top {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-4);
        margin-bottom: var(--space-5);
      }
      .card {
        padding: 0 var(--space-5);
      }
      .card > [role='status'],
      .card > .empty {
        margin: var(--space-4) 0;
      }
      li {
        position: relative;
      }
      livestreams-stream-picture {
        width: 128px;
        margin: var(--space-1) 0;
      }
      li a.title {
        display: block;
        overflow: hidden;
        font-weight: 600;
        text-decoration: none;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      li a.title::after {
        content: '';
        position: absolute;
        inset: 0 calc(-1 * var(--space-3));
        border-radius: var(--radius-small);
      }
      li:hover a.title {
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      li .watch {
        width: 52px;
        position: relative;
        z-index: 1;
      }
      @media (max-width: 600px) {
        li .watch {
          display: none;
        }
        ul.rows > li {
          display: grid;
          grid-template:
            'picture title title' auto
            'picture badge about' auto / 96px auto minmax(0, 1fr);
          align-items: center;
          row-gap: 2px;
        }
        li .grow {
          display: contents;
        }
        li a.title {
          grid-area: title;
        }
        li .badge {
          grid-area: badge;
        }
        li .about {
          grid-area: about;
        }
        livestreams-stream-picture {
          grid-area: picture;
          width: auto;
        }
        li .latency {
          display: none;
        }
        .card {
          padding: 0 var(--space-4);
        }
      }
    `,
  ];

  readonly #streams = new Paged(
    this,
    (query, signal) => answered(api.GET('/v1/streams', { params: { query }, signal })),
    // That there is another picture is no event.
    { every: PICTURE_LIFE, when: whenEvents(({ type }) => /^(stream|session)\./.test(type)) },
  );

  #openDialog(): void {
    this.renderRoot.querySelector<StreamDialog>('livestreams-stream-dialog')?.show();
  }

  protected override render() {
    return html`
      <div class="top">
        <h1>Streams</h1>
        ${this.#newButton()}
      </div>
      <section class="card" aria-label="Streams">${this.#streams.render((streams) => this.#list(streams))}</section>
      ${may('creator') ? html`<livestreams-stream-dialog></livestreams-stream-dialog>` : nothing}
    `;
  }

  #newButton() {
    if (!may('creator')) return nothing;
    return html`<button type="button" class="primary" @click=${this.#openDialog}>${icon('plus')} New stream</button>`;
  }

  #list(streams: Stream[]) {
    if (streams.length === 0) {
      return html`<div class="empty">
        ${icon('broadcast')}
        <h2>No streams yet</h2>
        <p class="dim">A stream has an address for viewers and a key for your encoder. Make one, and go live.</p>
        ${this.#newButton()}
      </div>`;
    }
    return html`<ul class="rows">
      ${repeat(
        streams,
        ({ id }) => id,
        (stream) => html`<li>
          <livestreams-stream-picture .stream=${stream}></livestreams-stream-picture>
          <div class="grow">
            <a class="title" href=${`/streams/${stream.id}`}>${stream.title}</a>
            ${describe(stream)}
          </div>
          <span class="badge ${STATES[stream.status].tone}">${STATES[stream.status].word}</span>
          ${watchPage(stream)}
        </li>`,
      )}
    </ul>`;
  }
}

/** Of what is protected it shows nothing without a token. */
function watchPage({ title, visibility, playback }: Stream) {
  if (visibility === 'protected') return html`<span class="watch"></span>`;
  return html`<a class="button watch" href=${playback.watch_url} target="_blank" rel="noopener" aria-label=${`Watch page of ${title}`}
    >${icon('open')}</a
  >`;
}

function describe({ latency, visibility }: Stream) {
  return html`<span class="about dim small"
    >${SEEN_BY[visibility]}<span class="latency"> · ${latency === 'low' ? 'Low latency' : 'Standard latency'}</span></span
  >`;
}

customElements.define('livestreams-stream-list', StreamList);
