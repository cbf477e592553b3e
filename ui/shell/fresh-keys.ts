/** Stream keys that were made since the page was loaded: the server shows a key once, and the go-live page needs it a while longer. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { answered } from './answered.ts';
import { api } from './api.ts';

const keys = new Map<string, string>();
const KEY_MADE = 'livestreams-key-made';

export function rememberKey(streamId: string, key: string): void {
  keys.set(streamId, key);
  window.dispatchEvent(new Event(KEY_MADE));
}

/** Makes a key for an encoder and remembers it. With `overlap` (seconds) the other keys end after that time: a rotation. */
export async function makeKey(streamId: string, options: { overlap?: number } = {}): Promise<void> {
  const body = { label: 'Encoder', ...options };
  const { key } = await answered(api.POST('/v1/streams/{id}/keys', { params: { path: { id: streamId } }, body }));
  rememberKey(streamId, key);
}

/** The newest key of a stream, where it was made in this very page; draws its component again when there is a new one. */
export class FreshKey implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #draw = () => this.#host.requestUpdate();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  of(streamId: string): string | null {
    return keys.get(streamId) ?? null;
  }

  hostConnected(): void {
    window.addEventListener(KEY_MADE, this.#draw);
  }

  hostDisconnected(): void {
    window.removeEventListener(KEY_MADE, this.#draw);
  }
}
