/** Reads the bit fields of codec configurations: fixed lengths and Exp-Golomb codes, never beyond the end. */

/** A codec's configuration that is malformed, or that this server cannot handle. The message is the reason, as a publisher can be told it. */
export class CodecConfigError extends Error {
  override readonly name = 'CodecConfigError';
}

export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bits that are left. */
  get left(): number {
    return this.#bytes.length * 8 - this.#position;
  }

  /**
   * The next `count` bits (at most 32) as an unsigned number.
   * @throws {CodecConfigError} where fewer are left.
   */
  bits(count: number): number {
    if (count > this.left) throw new CodecConfigError('it ends too early');
    let value = 0;
    for (let i = 0; i < count; i++) {
      const bit = (this.#bytes[this.#position >> 3]! >> (7 - (this.#position & 7))) & 1;
      value = value * 2 + bit;
      this.#position++;
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  skip(count: number): void {
    if (count > this.left) throw new CodecConfigError('it ends too early');
    this.#position += count;
  }

  /** Skips to the next whole byte. */
  align(): void {
    this.#position = (this.#position + 7) & ~7;
  }

  /** `ue(v)`: unsigned Exp-Golomb (ITU-T H.264, 9.1). */
  unsigned(): number {
    let zeros = 0;
    while (!this.flag()) {
      if (++zeros > 31) throw new CodecConfigError('it holds a number of more than 32 bits');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** `se(v)`: signed Exp-Golomb (ITU-T H.264, 9.1.1). */
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? (value + 1) / 2 : 0 - value / 2;
  }
}

/** The payload of a NAL unit without its emulation prevention bytes (ITU-T H.264, 7.3.1; H.265, 7.3.1.1). */
export function withoutEmulationPrevention(nal: Uint8Array): Uint8Array {
  const payload = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    payload[length++] = byte;
  }
  return payload.subarray(0, length);
}
