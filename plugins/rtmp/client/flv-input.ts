/** Cuts FLV bytes into the tags that a publisher sends. */

export interface InputTag {
  /** 8, 9 or 18. */
  type: number;
  /** Milliseconds, 32 bits. */
  timestamp: number;
  data: Buffer;
}

const FILE_HEADER = 9;
const TAG_HEADER = 11;
const TRAILER = 4;

/** Reads exact numbers of bytes from chunks of any size; copies only what spans two chunks. */
class ByteReader {
  private readonly source: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Null at the end of the source, also within the bytes asked for: a file may be cut. */
  async take(size: number): Promise<Buffer | null> {
    if (this.held.length < size) {
      const parts = [this.held];
      let length = this.held.length;
      while (length < size) {
        const next = await this.source.next();
        if (next.done) return null;
        parts.push(next.value);
        length += next.value.length;
      }
      this.held = Buffer.concat(parts, length);
    }
    const taken = this.held.subarray(0, size);
    this.held = this.held.subarray(size);
    return taken;
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    await this.source.return?.();
  }
}

/**
 * Tags of an FLV stream in order, until it ends.
 * @throws Error where it does not start as FLV.
 */
export async function* readTags(flv: AsyncIterable<Buffer>): AsyncGenerator<InputTag> {
  const reader = new ByteReader(flv);
  try {
    const header = await reader.take(FILE_HEADER);
    if (header?.toString('latin1', 0, 3) !== 'FLV') throw new Error('The input is not FLV.');
    // The header says its own length; four bytes of a previous tag's size follow.
    if (!(await reader.take(header.readUInt32BE(5) - FILE_HEADER + TRAILER))) return;
    for (;;) {
      const head = await reader.take(TAG_HEADER);
      if (!head) return;
      const data = await reader.take(head.readUIntBE(1, 3));
      if (!data || !(await reader.take(TRAILER))) return;
      yield { type: head[0]! & 0x1f, timestamp: head.readUIntBE(4, 3) + head[7]! * 0x1000000, data };
    }
  } finally {
    await reader.close();
  }
}
