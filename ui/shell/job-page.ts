/** `<livestreams-job-page>`: one job as it goes: its state, its progress, what it says; to be cancelled, or tried again. */
import './job-progress.ts';
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { icon } from '../elements/icon.ts';
import { Loaded } from '../elements/loaded.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { api, type Job, type JobLine } from './api.ts';
import { pageStyles } from './page-styles.ts';
import { may } from './person.ts';
import { nameThePage } from './routing.ts';
import { duration, JOB_STATES, moment } from './words.ts';

/** Lines that are read at once. */
const LINES = 500;

const OVER = new Set<Job['state']>(['completed', 'failed', 'cancelled']);

export class JobPage extends LitElement {
  static override properties: PropertyDeclarations = { job: { type: String } };
  static override styles = [
    sharedStyles,
    pageStyles,
    css`
      .facts {
        display: grid;
        gap: var(--space-4);
      }
      dl {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-3) var(--space-6);
        margin: 0;
      }
      dt {
        color: var(--text-dim);
        font-size: var(--size-small);
      }
      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
      }
      .card + .card {
        margin-top: var(--space-5);
      }
      pre {
        max-height: 60vh;
        margin: 0;
        padding: var(--space-4);
        overflow: auto;
        border-radius: var(--radius-small);
        background: var(--surface-sunken);
        font: var(--size-small) / 1.55 var(--font-mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .notice {
        margin: 0;
      }
    `,
  ];
  declare job: string;
  readonly #acting = new Action(this);
  readonly #lines: JobLine[] = [];
  #stream: EventSource | null = null;
  readonly #loaded = new Loaded(this, (signal) => this.#load(signal), {
    when: (reload) => {
      this.#follow(reload);
      return () => this.#stream?.close();
    },
  });

  constructor() {
    super();
    this.job = '';
  }

  get #path() {
    return { params: { path: { id: this.job } } };
  }

  /** The server says each change of a job, until its end. */
  #follow(reload: () => void): void {
    this.#stream?.close();
    this.#stream = new EventSource(`/v1/jobs/${this.job}/stream`);
    this.#stream.onmessage = ({ data }: MessageEvent<string>) => {
      if (OVER.has((JSON.parse(data) as Job).state)) this.#stream?.close();
      reload();
    };
  }

  async #load(signal: AbortSignal): Promise<Job> {
    const job = await answered(api.GET('/v1/jobs/{id}', { ...this.#path, signal }));
    nameThePage(job.name);
    if (may('creator')) await this.#readOn(signal);
    return job;
  }

  /** Reads what was said since the last line that is known. */
  async #readOn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const cursor = this.#lines.at(-1)?.number;
      const query = { limit: LINES, ...(cursor !== undefined && { cursor }) };
      const { params } = this.#path;
      const { data } = await answered(api.GET('/v1/jobs/{id}/log', { params: { ...params, query }, signal }));
      this.#lines.push(...data);
      if (data.length < LINES) return;
    }
  }

  async #act(work: () => Promise<unknown>): Promise<void> {
    await this.#acting.run(work);
    await this.#loaded.reload();
    this.#follow(() => void this.#loaded.reload());
  }

  protected override render() {
    return html`<a class="back" href="/jobs">${icon('back')} Jobs</a> ${this.#loaded.render((job) => this.#page(job))}`;
  }

  #page(job: Job) {
    const { word, tone } = JOB_STATES[job.state];
    return html`
      <div class="top">
        <h1>${job.name}</h1>
        <span class="badge ${tone}" role="status">${word}</span>
      </div>
      ${this.#acting.render()}
      <section class="card facts" aria-label="How it is">
        ${job.progress && !OVER.has(job.state) ? html`<livestreams-job-progress .job=${job}></livestreams-job-progress>` : nothing}
        ${job.error && job.state !== 'completed' ? html`<p class="notice bad">${job.error}</p>` : nothing}
        <dl>
          ${fact('Made', moment(job.created_at))}
          ${job.started_at ? fact('Begun', moment(job.started_at)) : nothing}
          ${job.duration === null ? nothing : fact(OVER.has(job.state) ? 'Took' : 'So far', duration(job.duration))}
          ${fact('Tries', `${job.attempt} of ${job.max_attempts}`)}
          ${job.progress?.fps === undefined ? nothing : fact('Frames a second', job.progress.fps.toFixed(0))}
        </dl>
        ${may('creator') ? this.#acts(job) : nothing}
      </section>
      ${
        may('creator')
          ? html`<section class="card">
              <header><h2>Log</h2></header>
              ${
                this.#lines.length === 0
                  ? html`<p class="dim">It has not said anything.</p>`
                  : html`<pre tabindex="0" aria-label="Log">${this.#lines.map(({ line }) => `${line}\n`)}</pre>`
              }
            </section>`
          : nothing
      }
    `;
  }

  #acts(job: Job) {
    const { busy } = this.#acting;
    if (!OVER.has(job.state)) {
      const cancel = () => this.#act(() => answered(api.POST('/v1/jobs/{id}/cancel', this.#path)));
      return html`<div><button type="button" class="danger" ?disabled=${busy} @click=${cancel}>Cancel the job</button></div>`;
    }
    if (job.state === 'completed') return nothing;
    const retry = () => this.#act(() => answered(api.POST('/v1/jobs/{id}/retry', this.#path)));
    return html`<div><button type="button" ?disabled=${busy} @click=${retry}>Try again</button></div>`;
  }
}

const fact = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

customElements.define('livestreams-job-page', JobPage);
