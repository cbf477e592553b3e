/** `<vod-upload>`: takes video files from the person's disk, also over a line that breaks, and shows how far each is. */
import { css, html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { type DetailedError, Upload } from 'tus-js-client';

interface Sending {
  upload: Upload;
  name: string;
  /** Bytes, sent and in all. */
  sent: number;
  size: number;
  state: 'sending' | 'paused' | 'sent' | 'failed';
  failure: string;
}

/** Milliseconds before each new try on a line that broke. */
const RETRIES = [0, 1000, 3000, 5000, 10_000, 20_000];

export class VodUpload extends LitElement {
  static override properties: PropertyDeclarations = { sendings: { state: true }, over: { state: true } };
  static override styles = css`
    :host {
      display: grid;
      gap: 12px;
    }
    .zone {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: center;
      gap: 8px 16px;
      padding: 20px;
      border: 1.5px dashed var(--line-strong);
      border-radius: var(--radius-small);
      color: var(--text-dim);
      text-align: center;
    }
    .zone.over {
      border-color: var(--focus);
      background: var(--surface-sunken);
    }
    button,
    label {
      display: inline-flex;
      align-items: center;
      min-height: 36px;
      padding: 0 14px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-small);
      background: var(--surface);
      color: var(--text);
      font: inherit;
      font-weight: 560;
      cursor: pointer;
    }
    button:hover,
    label:hover {
      background: var(--surface-sunken);
    }
    label:focus-within,
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    input {
      position: absolute;
      opacity: 0;
      pointer-events: none;
    }
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 12px;
    }
    .name {
      flex: 1 1 200px;
      min-width: 0;
      overflow-wrap: anywhere;
    }
    progress {
      flex: 1 1 140px;
      accent-color: var(--good);
    }
    .dim {
      color: var(--text-dim);
      font-size: var(--size-small);
      font-variant-numeric: tabular-nums;
    }
    .bad {
      flex-basis: 100%;
      color: var(--bad);
      font-size: var(--size-small);
    }
  `;
  declare sendings: Sending[];
  /** A file is held over it. */
  declare over: boolean;

  constructor() {
    super();
    this.sendings = [];
    this.over = false;
    this.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.over = true;
    });
    this.addEventListener('dragleave', () => {
      this.over = false;
    });
    this.addEventListener('drop', (event) => {
      event.preventDefault();
      this.over = false;
      this.#take(event.dataTransfer?.files);
    });
  }

  #take(files: Iterable<File> | null | undefined): void {
    for (const file of files ?? []) void this.#begin(file);
  }

  /** Goes on where an earlier try with the same file got to, also after the page was closed. */
  async #begin(file: File): Promise<void> {
    const upload = new Upload(file, {
      endpoint: '/v1/uploads',
      metadata: { filename: file.name },
      retryDelays: RETRIES,
      onShouldRetry: isPassing,
      removeFingerprintOnSuccess: true,
      onProgress: (sent) => this.#change(sending, { sent }),
      onSuccess: () => this.#change(sending, { state: 'sent', sent: sending.size }),
      onError: (error) => this.#change(sending, { state: 'failed', failure: reasonOf(error) }),
    });
    const sending: Sending = { upload, name: file.name, sent: 0, size: file.size, state: 'sending', failure: '' };
    this.sendings = [...this.sendings, sending];
    const [earlier] = await upload.findPreviousUploads();
    if (earlier) upload.resumeFromPreviousUpload(earlier);
    upload.start();
  }

  #change(sending: Sending, change: Partial<Sending>): void {
    Object.assign(sending, change);
    this.requestUpdate();
  }

  async #pause(sending: Sending): Promise<void> {
    await sending.upload.abort();
    this.#change(sending, { state: 'paused' });
  }

  #resume(sending: Sending): void {
    sending.upload.start();
    this.#change(sending, { state: 'sending', failure: '' });
  }

  /** The server forgets what has come so far. */
  async #cancel(sending: Sending): Promise<void> {
    this.sendings = this.sendings.filter((other) => other !== sending);
    await sending.upload.abort(true);
  }

  protected override render() {
    return html`
      <div class="zone ${this.over ? 'over' : ''}">
        <span>Drop video files here</span>
        <label>
          Choose files
          <input type="file" accept="video/*,.mkv" multiple @change=${this.#chosen} />
        </label>
      </div>
      ${this.sendings.map((sending) => this.#row(sending))}
    `;
  }

  readonly #chosen = (event: Event) => {
    const input = event.target as HTMLInputElement;
    this.#take(input.files);
    input.value = '';
  };

  #row(sending: Sending) {
    const { name, sent, size, state, failure } = sending;
    const percent = size === 0 ? 0 : Math.floor((sent / size) * 100);
    return html`<div class="row">
      <span class="name">${name}</span>
      ${
        state === 'sent'
          ? html`<span class="dim" role="status">Sent. It is being made watchable; its job is among the <a href="/jobs">jobs</a>.</span>`
          : html`<progress max="100" value=${percent} aria-label=${`Upload of ${name}`}></progress>
              <span class="dim">${percent} %</span>
              ${
                state === 'sending'
                  ? html`<button type="button" @click=${() => this.#pause(sending)}>Pause</button>`
                  : html`<button type="button" @click=${() => this.#resume(sending)}>${state === 'paused' ? 'Go on' : 'Try again'}</button>`
              }
              <button type="button" @click=${() => this.#cancel(sending)}>Cancel</button>`
      }
      ${failure ? html`<span class="bad" role="alert">${failure}</span>` : nothing}
    </div>`;
  }
}

/** Whether another try may go better. What the server refuses it would refuse again, and the person is told at once. */
function isPassing({ originalRequest, originalResponse }: DetailedError): boolean {
  const status = originalResponse?.getStatus() ?? 0;
  const refused = status === 507 || (status >= 400 && status < 500);
  // Of an upload that has begun these say that another request of it is not over yet.
  const held = originalRequest.getMethod() !== 'POST' && (status === 409 || status === 423);
  return (held || !refused) && navigator.onLine;
}

/** The API's own words, where it answered. */
function reasonOf(error: Error): string {
  const answer = 'originalResponse' in error ? (error.originalResponse as { getBody(): string } | null) : null;
  try {
    return (JSON.parse(answer?.getBody() ?? '') as { detail: string }).detail;
  } catch {
    return 'The upload broke off. Check your connection, and try again.';
  }
}

customElements.define('vod-upload', VodUpload);
