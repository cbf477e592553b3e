/** Lets a parser of a byte stream be written in straight lines: it yields how many bytes it wants next, and receives exactly these. */

/** Yields the length of the next run of bytes (at least 1) and is resumed with that run. Never returns; throws on malformed input. */
export type ByteParser = Generator<number, never, Buffer>;

/**
 * Feeds a {@link ByteParser} from chunks of any size. A run inside one chunk is handed over as a view of it; only what lies across chunks is
 * copied, once or twice. Memory grows with the bytes that have come, never with a length that was only claimed.
 */
export class PullParser {
  readonly #parser: ByteParser;
  #wanted = 0;
  #held: Buffer = Buffer.alloc(0);
  #heldLength = 0;
  #failure: { error: unknown } | null = null;

  constructor(parser: ByteParser) {
    this.#parser = parser;
    this.#wanted = parser.next().value;
  }

  /** Parses what the chunk completes. Once the parser has thrown, every further call throws the same. Not to be called from the parser. */
  push(chunk: Buffer): void {
    if (this.#failure) throw this.#failure.error;
    try {
      let offset = 0;
      while (offset < chunk.length) {
        const end = offset + this.#wanted - this.#heldLength;
        if (end > chunk.length) {
          this.#hold(chunk.subarray(offset));
          return;
        }
        let run = chunk.subarray(offset, end);
        if (this.#heldLength > 0) {
          this.#hold(run);
          run = this.#held.subarray(0, this.#heldLength);
          // The parser may keep the run: the next one must not be written over it.
          this.#held = Buffer.alloc(0);
          this.#heldLength = 0;
        }
        offset = end;
        this.#wanted = this.#parser.next(run).value;
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #hold(bytes: Buffer): void {
    const length = this.#heldLength + bytes.length;
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#wanted, Math.max(length, 2 * this.#held.length)));
      this.#held.copy(grown, 0, 0, this.#heldLength);
      this.#held = grown;
    }
    bytes.copy(this.#held, this.#heldLength);
    this.#heldLength = length;
  }
}
