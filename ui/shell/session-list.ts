/** `<livestreams-session-list>`: when a stream was live, for how long, and why it ended. */
import { html, LitElement, type PropertyDeclarations } from 'lit';
import { Paged } from '../elements/paged.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api } from './api.ts';
import { whenEvents } from './live-events.ts';
import { duration, moment, STATES } from './words.ts';

/** What changes a session's row. */
const LIFE = new Set(['session.started', 'session.reconnecting', 'session.resumed', 'session.ended']);

export class SessionList extends LitElement {
  static override properties: PropertyDeclarations = { stream: { type: String } };
  static override styles = sharedStyles;
  declare stream: string;
  readonly #sessions = new Paged(
    this,
    (query, signal) =>
      answered(api.GET('/v1/streams/{id}/sessions', { params: { path: { id: this.stream }, query }, signal })),
    { when: whenEvents(({ type, stream_id }) => stream_id === this.stream && LIFE.has(type)) },
  );

  constructor() {
    super();
    this.stream = '';
  }

  protected override render() {
    return html`<section class="card">
      <header><h2>Sessions</h2></header>
      ${this.#sessions.render((sessions) =>
        sessions.length === 0
          ? html`<p class="dim">This stream has not been live yet.</p>`
          : html`<ul class="rows">
              ${sessions.map(
                (session) => html`<li>
                  <div class="grow">
                    <div>${moment(session.started_at)}</div>
                    <span class="dim small">${duration(session.duration)}${session.end_reason ? ` · ${session.end_reason}` : ''}</span>
                  </div>
                  <span class="badge ${STATES[session.state].tone}">${STATES[session.state].word}</span>
                </li>`,
              )}
            </ul>`,
      )}
    </section>`;
  }
}

customElements.define('livestreams-session-list', SessionList);
