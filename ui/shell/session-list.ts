/** `<livestreams-session-list>`: when a stream was live, for how long, and why it ended. */
import { html, LitElement, type PropertyDeclarations } from 'lit';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { api, type Page, type Session } from './api.ts';
import { duration, moment, STATES } from './words.ts';

const REFRESH = 5000;

export class SessionList extends LitElement {
  static override properties: PropertyDeclarations = { stream: { type: String } };
  static override styles = sharedStyles;
  declare stream: string;
  readonly #sessions: Loaded<Page<Session>> = new Loaded(this, (signal) => api.sessions(this.stream, signal), REFRESH);

  constructor() {
    super();
    this.stream = '';
  }

  protected override render() {
    return html`<section class="card">
      <header><h2>Sessions</h2></header>
      ${this.#sessions.render(({ data }) =>
        data.length === 0
          ? html`<p class="dim">This stream has not been live yet.</p>`
          : html`<ul class="rows">
              ${data.map(
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
