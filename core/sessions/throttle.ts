/** Counts wrong stream keys by address, so that nobody can try keys quickly. */

const WINDOW_MS = 60_000;
const LIMIT = 10;
/** Addresses remembered at once; the oldest goes first, so that a flood of addresses cannot grow memory. */
const CAPACITY = 10_000;

/** A sliding count of failures in the last minute: ten from one address, and that address waits. Others are unaffected. */
export class FailureThrottle {
  readonly #failures = new Map<string, number[]>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Seconds until the address may try again; 0 when it may now. */
  wait(address: string): number {
    const recent = this.#recent(address);
    if (recent.length < LIMIT) return 0;
    return Math.ceil((recent[0]! + WINDOW_MS - this.#now()) / 1000);
  }

  fail(address: string): void {
    const recent = this.#recent(address);
    recent.push(this.#now());
    // Set anew, so that the map's order is that of the last failure.
    this.#failures.delete(address);
    this.#failures.set(address, recent.slice(-LIMIT));
    if (this.#failures.size > CAPACITY) this.#failures.delete(this.#failures.keys().next().value!);
  }

  #recent(address: string): number[] {
    const since = this.#now() - WINDOW_MS;
    return (this.#failures.get(address) ?? []).filter((time) => time > since);
  }
}
