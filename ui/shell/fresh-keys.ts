/** Stream keys that were made since the page was loaded: the server shows a key once, and the go-live page needs it a while longer. */

const keys = new Map<string, string>();

/** Dispatched on `window` when a key was made. */
export const KEY_MADE = 'livestreams-key-made';

export function rememberKey(streamId: string, key: string): void {
  keys.set(streamId, key);
  window.dispatchEvent(new Event(KEY_MADE));
}

/** The newest key of a stream, where it was made in this very page. */
export function freshKey(streamId: string): string | null {
  return keys.get(streamId) ?? null;
}
