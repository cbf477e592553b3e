/** Something that a component loads and shows: its states are loading, failed and there, for every list alike. */
import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** What makes a component load again, while it is on the page. */
export interface Refreshing {
  /** Milliseconds from one answer to the next question. */
  every?: number;
  /** Subscribes to whatever says that there is something new; answers the end of the subscription. */
  when?(reload: () => void): () => void;
}

export class Loaded<T> implements ReactiveController {
  value: T | undefined;
  failure: Error | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #load: (signal: AbortSignal) => Promise<T>;
  readonly #refreshing: Refreshing;
  #aborter = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loading: Promise<void> | null = null;
  #again = false;

  constructor(host: ReactiveControllerHost, load: (signal: AbortSignal) => Promise<T>, refreshing: Refreshing = {}) {
    this.#host = host;
    this.#load = load;
    this.#refreshing = refreshing;
    host.addController(this);
  }

  hostConnected(): void {
    this.#aborter = new AbortController();
    const ended = this.#refreshing.when?.(() => void this.reload());
    if (ended) this.#aborter.signal.addEventListener('abort', ended);
    void this.reload();
  }

  hostDisconnected(): void {
    this.#aborter.abort();
    this.#loading = null;
    clearTimeout(this.#timer);
  }

  /**
   * What was loaded stays on the screen until the new is there, and when the new cannot be had. Asked while it loads, it loads
   * once more: the answer that is under way may be older than the question.
   */
  reload(): Promise<void> {
    this.#again = this.#loading !== null;
    if (this.#loading) return this.#loading;
    const loading = this.#loadAll().finally(() => {
      if (this.#loading === loading) this.#loading = null;
    });
    this.#loading = loading;
    return loading;
  }

  async #loadAll(): Promise<void> {
    const { signal } = this.#aborter;
    clearTimeout(this.#timer);
    do {
      this.#again = false;
      try {
        const value = await this.#load(signal);
        if (signal.aborted) return;
        this.value = value;
        this.failure = null;
      } catch (error) {
        if (signal.aborted) return;
        this.failure = error instanceof Error ? error : new Error(String(error));
      }
      this.#host.requestUpdate();
    } while (this.#again);
    const { every } = this.#refreshing;
    if (every !== undefined) this.#timer = setTimeout(() => this.reload(), every);
  }

  render(there: (value: T) => TemplateResult): TemplateResult {
    if (this.value !== undefined) return there(this.value);
    if (this.failure) {
      return html`<div class="empty" role="alert">
        ${icon('warning')}
        <p>${this.failure.message}</p>
        <button type="button" class="compact" @click=${() => this.reload()}>Try again</button>
      </div>`;
    }
    return html`<div role="status" aria-label="Loading" style="display:grid;gap:14px;padding:8px 0">
      <div class="skeleton" style="width:60%"></div>
      <div class="skeleton" style="width:85%"></div>
      <div class="skeleton" style="width:45%"></div>
    </div>`;
  }
}
