/** `<vod-upload>`: takes video files from the person's disk, also over a line that breaks, and shows how far each is and what became of it. */
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
  /** Once it was sent: what makes it watchable, and what is made of it. */
  jobId: string | null;
  asset: Asset | null;
}

interface Asset {
  id: string;
  title: string;
  status: 'processing' | 'ready' | 'failed';
  error: string | null;
}

/** Milliseconds before each new try on a line that broke. */
const RETRIES = [0, 1000, 3000, 5000, 10_000, 20_000];

/** Milliseconds between two looks at what becomes of a file that was sent. */
const LOOK_AGAIN = 2000;

/** They go on when the person goes to another page of the dashboard, and are shown again when they come back. */
let sendings: Sending[] = [];

/** The panel that is on the page. */
let shown: VodUpload | null = null;

window.addEventListener('beforeunload', (event) => {
  if (sendings.some(({ state }) => state === 'sending')) event.preventDefault();
});

export class VodUpload extends LitElement {
  static override properties: PropertyDeclarations = { over: { state: true } };
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
    label {
      position: relative;
    }
    /* Wide by itself, it would make the page wider than a phone. */
    input {
      position: absolute;
      inset: 0;
      width: 100%;
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
      flex: 1 1 80px;
      min-width: 0;
      accent-color: var(--good);
    }
    .dim {
      color: var(--text-dim);
      font-size: var(--size-small);
      font-variant-numeric: tabular-nums;
    }
    a {
      color: inherit;
    }
    .bad {
      flex-basis: 100%;
      color: var(--bad);
      font-size: var(--size-small);
    }
  `;
  /** A file is held over it. */
  declare over: boolean;

  constructor() {
    super();
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

  override connectedCallback(): void {
    super.connectedCallback();
    shown = this;
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
      onSuccess: () => {
        this.#change(sending, { state: 'sent', sent: sending.size });
        void this.#follow(sending);
      },
      onError: (error) => this.#change(sending, { state: 'failed', failure: reasonOf(error) }),
    });
    const begun = { sent: 0, state: 'sending', failure: '', jobId: null, asset: null } as const;
    const sending: Sending = { upload, name: file.name, size: file.size, ...begun };
    sendings = [...sendings, sending];
    shown?.requestUpdate();
    const [earlier] = await upload.findPreviousUploads();
    if (earlier) upload.resumeFromPreviousUpload(earlier);
    upload.start();
  }

  #change(sending: Sending, change: Partial<Sending>): void {
    Object.assign(sending, change);
    shown?.requestUpdate();
  }

  async #follow(sending: Sending): Promise<void> {
    const sent = await settled<{ asset_id: string | null; job_id: string | null }>(
      sending.upload.url!,
      ({ asset_id: assetId }) => assetId !== null,
    );
    if (sent === null) return;
    this.#change(sending, { jobId: sent.job_id });
    const asset = await settled<Asset>(`/v1/assets/${sent.asset_id}`, ({ status }) => status !== 'processing');
    this.#change(sending, { asset });
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
    sendings = sendings.filter((other) => other !== sending);
    shown?.requestUpdate();
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
      ${sendings.map((sending) => this.#row(sending))}
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
          ? this.#outcome(sending)
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

  #outcome({ jobId, asset }: Sending) {
    if (asset?.status === 'ready')
      return html`<span class="dim" role="status">Ready: <a href=${`/assets/${asset.id}`}>${asset.title}</a></span>`;
    if (asset?.status === 'failed')
      return html`<span class="bad" role="alert">It could not be made watchable. ${asset.error}</span>`;
    const job = jobId === null ? 'job' : html`<a href=${`/jobs/${jobId}`}>job</a>`;
    return html`<span class="dim" role="status">Sent. It is being made watchable; its ${job} says how far it is.</span>`;
  }
}

/** Asks until it is what is waited for; null where the API refuses, as it does for what was deleted meanwhile. */
async function settled<T>(address: string, waitedFor: (answer: T) => boolean): Promise<T | null> {
  for (;;) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) {
      const body = (await answer.json()) as T;
      if (waitedFor(body)) return body;
    } else if (answer && answer.status < 500) return null;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
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
