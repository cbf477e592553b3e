/** Something that a component loads and shows: its states are loading, failed and there, for every list alike. */
import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { icon } from './icon.ts';

/** Loads at once and, where `every` (milliseconds) is given, again and again while the component is on the page. */
export class Loaded<T> implements ReactiveController {
  value: T | undefined;
  failure: Error | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #load: (signal: AbortSignal) => Promise<T>;
  readonly #every: number | null;
  #aborter = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, load: (signal: AbortSignal) => Promise<T>, every: number | null = null) {
    this.#host = host;
    this.#load = load;
    this.#every = every;
    host.addController(this);
  }

  hostConnected(): void {
    this.#aborter = new AbortController();
    void this.reload();
  }

  hostDisconnected(): void {
    this.#aborter.abort();
    clearTimeout(this.#timer);
  }

  /** What was loaded stays on the screen until the new is there, and when the new cannot be had. */
  async reload(): Promise<void> {
    const { signal } = this.#aborter;
    clearTimeout(this.#timer);
    try {
      this.value = await this.#load(signal);
      this.failure = null;
    } catch (error) {
      if (signal.aborted) return;
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
    if (signal.aborted) return;
    this.#host.requestUpdate();
    if (this.#every !== null) this.#timer = setTimeout(() => this.reload(), this.#every);
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
