/** One live FLV for many publishers. */
import type { Readable } from 'node:stream';

/** Keeps all that came (a benchmark is short), so that a publisher that joins late sends the beginning at once and then keeps pace. */
export class SharedSource {
  readonly #chunks: Buffer[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(input: Readable) {
    input.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
  }

  /** The stream from its first byte until the signal aborts. */
  async *reader(signal: AbortSignal): AsyncGenerator<Buffer> {
    const onAbort = () => this.#wake();
    signal.addEventListener('abort', onAbort);
    try {
      for (let next = 0; !signal.aborted; ) {
        if (next < this.#chunks.length) yield this.#chunks[next++]!;
        else await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
