/** `<livestreams-stream-health>`: how good what the encoder sends is, and for each trouble its reason and its fix. */
import { css, html, LitElement, type PropertyDeclarations } from 'lit';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Health } from './api.ts';
import { HEALTH } from './words.ts';

/** Milliseconds: health is measured all the time, and no event says so. */
const REFRESH = 2000;

export class StreamHealth extends LitElement {
  static override properties: PropertyDeclarations = { stream: { type: String } };
  static override styles = [
    sharedStyles,
    css`
      .issues {
        display: grid;
        gap: var(--space-2);
      }
      strong {
        display: block;
        font-weight: 600;
      }
    `,
  ];
  declare stream: string;
  readonly #health = new Loaded(
    this,
    (signal) => answered(api.GET('/v1/streams/{id}/health', { params: { path: { id: this.stream } }, signal })),
    { every: REFRESH },
  );

  constructor() {
    super();
    this.stream = '';
  }

  protected override render() {
    const status = this.#health.value?.status ?? 'no_data';
    return html`<section class="card">
      <header>
        <h2>Health</h2>
        <span class="badge ${HEALTH[status].tone}" role="status">${HEALTH[status].word}</span>
      </header>
      ${this.#health.render((health) => describe(health))}
    </section>`;
  }
}

function describe({ status, issues }: Health) {
  if (status === 'no_data')
    return html`<p class="dim">Nothing arrives. What your encoder sends is judged here while you are live.</p>`;
  if (issues.length === 0) return html`<p class="dim">What your encoder sends arrives as it should.</p>`;
  return html`<div class="issues">
    ${issues.map(
      ({ severity, reason, fix }) =>
        html`<div class="notice ${severity === 'error' ? 'bad' : 'warn'}"><strong>${reason}</strong>${fix}</div>`,
    )}
  </div>`;
}

customElements.define('livestreams-stream-health', StreamHealth);
