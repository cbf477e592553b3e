/** Something that a person sets off and that may fail: busy while it runs, then done, or failed with a reason to show. */
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';

export class Action implements ReactiveController {
  busy = false;
  failure: string | null = null;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.clear();
  }

  /** Forgets the failure of the time before. */
  clear(): void {
    this.failure = null;
    this.#host.requestUpdate();
  }

  /** Answers whether it was done; what it throws becomes the failure. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.clear();
    try {
      await work();
      return true;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      this.busy = false;
      this.#host.requestUpdate();
    }
  }

  /** The failure, where there is one. */
  render(): TemplateResult | typeof nothing {
    return this.failure === null ? nothing : html`<p class="notice bad" role="alert">${this.failure}</p>`;
  }
}
