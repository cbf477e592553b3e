/** One live FLV for many publishers. */
import type { Readable } from 'node:stream';

/** FLV 10.1, annex E: the file's header and the first tag's "previous size", a tag's header, and the size after it. */
const HEADER = 13;
const TAG_HEADER = 11;
const TRAILER = 4;
const AUDIO = 8;
const VIDEO = 9;

/** Publishers join with the newest keyframe, as an encoder would begin: what configures the decoders goes before it. */
export class SharedSource {
  /** The file's header and the tags that configure. */
  readonly #head: Buffer[] = [];
  /** Tags since the newest keyframe, for who joins. */
  #group: Buffer[] = [];
  readonly #queues = new Set<Buffer[]>();
  readonly #waiting = new Set<() => void>();
  #held = Buffer.alloc(0);
  #ended = false;

  /** Takes H.264 and AAC in the legacy form of FLV, as ffmpeg writes them. */
  constructor(input: Readable) {
    input.on('data', (chunk: Buffer) => {
      this.#take(chunk);
      this.#wake();
    });
    input.once('end', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Whole tags from the newest keyframe on until the input ends or the signal aborts; from the first one where none came yet. */
  async *reader(signal: AbortSignal): AsyncGenerator<Buffer> {
    const queue = [...this.#head, ...this.#group];
    this.#queues.add(queue);
    const onAbort = () => this.#wake();
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        if (queue.length > 0) yield Buffer.concat(queue.splice(0));
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#queues.delete(queue);
    }
  }

  #take(chunk: Buffer): void {
    const bytes = Buffer.concat([this.#held, chunk]);
    let at = 0;
    if (this.#head.length === 0) {
      if (bytes.length < HEADER) {
        this.#held = bytes;
        return;
      }
      this.#hand(bytes.subarray(0, HEADER), this.#head);
      at = HEADER;
    }
    while (bytes.length - at >= TAG_HEADER) {
      const end = at + TAG_HEADER + bytes.readUIntBE(at + 1, 3) + TRAILER;
      if (bytes.length < end) break;
      this.#tag(bytes.subarray(at, end));
      at = end;
    }
    this.#held = bytes.subarray(at);
  }

  #tag(tag: Buffer): void {
    const isFrame = (tag[0] === AUDIO || tag[0] === VIDEO) && tag[TAG_HEADER + 1] !== 0;
    if (isFrame && tag[0] === VIDEO && tag[TAG_HEADER]! >> 4 === 1) this.#group = [];
    this.#hand(tag, isFrame ? this.#group : this.#head);
  }

  #hand(bytes: Buffer, kept: Buffer[]): void {
    kept.push(bytes);
    for (const queue of this.#queues) queue.push(bytes);
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
