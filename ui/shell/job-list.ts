/** `<livestreams-job-list>`: durable work and how far it is: what waits, runs, failed and is done. */
import './job-progress.ts';
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { icon } from '../elements/icon.ts';
import { Paged } from '../elements/paged.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Job } from './api.ts';
import { whenEvents } from './live-events.ts';
import { duration, JOB_STATES, moment } from './words.ts';

/** Milliseconds: that a job begins, and how far it is, is no event; its end is one. */
const REFRESH = 3000;

export class JobList extends LitElement {
  static override properties: PropertyDeclarations = { state: { state: true } };
  static override styles = [
    sharedStyles,
    css`
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-3) var(--space-4);
        margin-bottom: var(--space-5);
      }
      .top label {
        grid-auto-flow: column;
        align-items: center;
      }
      .card {
        padding: var(--space-2) var(--space-5);
      }
      .name {
        font-weight: 600;
        text-decoration: none;
        overflow-wrap: anywhere;
      }
      .name:hover {
        text-decoration: underline;
        text-underline-offset: 3px;
      }
      livestreams-job-progress {
        width: 180px;
      }
      .error {
        color: var(--bad);
        overflow-wrap: anywhere;
      }
    `,
  ];
  /** Only jobs in this state; null for all. */
  declare state: Job['state'] | null;
  readonly #jobs = new Paged(
    this,
    (query, signal) =>
      answered(
        api.GET('/v1/jobs', { params: { query: { ...query, ...(this.state && { state: this.state }) } }, signal }),
      ),
    { every: REFRESH, when: whenEvents(({ type }) => type.startsWith('job.')) },
  );

  constructor() {
    super();
    this.state = null;
  }

  readonly #choose = (event: Event) => {
    this.state = ((event.target as HTMLSelectElement).value || null) as Job['state'] | null;
    void this.#jobs.reload();
  };

  protected override render() {
    return html`
      <div class="top">
        <h1>Jobs</h1>
        <label>
          State
          <select @change=${this.#choose}>
            <option value="">All</option>
            ${Object.entries(JOB_STATES).map(([state, { word }]) => html`<option value=${state}>${word}</option>`)}
          </select>
        </label>
      </div>
      <section class="card" aria-label="Jobs">${this.#jobs.render((jobs) => this.#list(jobs))}</section>
    `;
  }

  #list(jobs: Job[]) {
    if (jobs.length === 0) {
      return html`<div class="empty">
        ${icon('list')}
        <h2>${this.state ? 'None in this state' : 'No jobs yet'}</h2>
        <p class="dim">Work that takes a while, such as the transcoding of an upload, is shown here with its progress.</p>
      </div>`;
    }
    return html`<ul class="rows wrapping">${jobs.map((job) => row(job))}</ul>`;
  }
}

function row(job: Job) {
  const { word, tone } = JOB_STATES[job.state];
  return html`<li>
    <div class="grow">
      <a class="name" href=${`/jobs/${job.id}`}>${job.name}</a>
      <div class="dim small">${describe(job)}</div>
      ${job.error && job.state !== 'completed' ? html`<div class="error small">${job.error}</div>` : nothing}
    </div>
    ${job.state === 'running' && job.progress ? html`<livestreams-job-progress .job=${job}></livestreams-job-progress>` : nothing}
    <span class="badge ${tone}">${word}</span>
  </li>`;
}

function describe({ created_at: made, attempt, max_attempts: most, duration: took }: Job): string {
  const tries = attempt > 1 ? [`try ${attempt} of ${most}`] : [];
  return [moment(made), ...(took === null ? [] : [duration(took)]), ...tries].join(' · ');
}

customElements.define('livestreams-job-list', JobList);
