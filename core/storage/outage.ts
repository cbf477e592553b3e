/** Whether the store works, as those who use it find: told once when it fails, and once when nobody finds it failing any more. */

export interface OutageOptions {
  /** Told with null when it is over. */
  onChange(error: Error | null): void;
}

export class Outage {
  readonly #options: OutageOptions;
  readonly #failing = new Set<unknown>();
  #error: Error | null = null;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** What went wrong first; null while the store works. */
  get error(): Error | null {
    return this.#error;
  }

  failed(who: unknown, reason: unknown): void {
    this.#failing.add(who);
    if (this.#error !== null) return;
    this.#error = reason instanceof Error ? reason : new Error(String(reason));
    this.#options.onChange(this.#error);
  }

  /** It worked, or is not tried any more. */
  settled(who: unknown): void {
    this.#failing.delete(who);
    if (this.#failing.size > 0 || this.#error === null) return;
    this.#error = null;
    this.#options.onChange(null);
  }
}

/** Milliseconds to wait after the so many-th failure in a row: a half second that doubles up to a half minute, and some of it by chance. */
export function backOff(failures: number): number {
  const longest = Math.min(500 * 2 ** (failures - 1), 30_000);
  return longest * (0.5 + Math.random() / 2);
}
