/** What an encoder says of itself in `onMetaData`, read from AMF0 within bounds (Adobe AMF0 specification). */

export interface Metadata {
  /** Bits per second. */
  videoBitrate: number | null;
  /** Bits per second. */
  audioBitrate: number | null;
  /** Frames per second. */
  frameRate: number | null;
  /** Name and version of the encoder, at most 100 characters. */
  encoder: string | null;
}

const MAX_DEPTH = 8;
const MAX_VALUES = 1_000;
const MAX_ENCODER_LENGTH = 100;

/** Markers of AMF0's values, section 2.1. */
const NUMBER = 0;
const BOOLEAN = 1;
const STRING = 2;
const OBJECT = 3;
const NULL = 5;
const UNDEFINED = 6;
const REFERENCE = 7;
const ECMA_ARRAY = 8;
const OBJECT_END = 9;
const STRICT_ARRAY = 10;
const DATE = 11;
const LONG_STRING = 12;

type Value = number | boolean | string | null | Value[] | Map<string, Value>;

/**
 * Reads the body of a script tag. Null where it is not `onMetaData`, and where it is malformed: what it says is a hint that nothing depends on,
 * and encoders are known to write it wrongly.
 */
export function readMetadata(body: Buffer): Metadata | null {
  const reader = new AmfReader(body);
  let name = reader.value();
  if (name === '@setDataFrame') name = reader.value();
  if (name !== 'onMetaData') return null;
  const values = reader.value();
  if (!(values instanceof Map)) return null;
  const encoder = values.get('encoder');
  return {
    videoBitrate: kilobits(values.get('videodatarate')),
    audioBitrate: kilobits(values.get('audiodatarate')),
    frameRate: positive(values.get('framerate')),
    encoder: typeof encoder === 'string' && encoder !== '' ? encoder.slice(0, MAX_ENCODER_LENGTH) : null,
  };
}

function kilobits(value: Value | undefined): number | null {
  const rate = positive(value);
  return rate === null ? null : Math.round(rate * 1000);
}

function positive(value: Value | undefined): number | null {
  return typeof value === 'number' && value > 0 && value < 1e9 ? value : null;
}

/** Answers `undefined` from the first thing on that it cannot read. */
class AmfReader {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(depth = 0): Value | undefined {
    const marker = this.#take(1)?.[0];
    if (marker === undefined || depth > MAX_DEPTH || ++this.#values > MAX_VALUES) return undefined;
    switch (marker) {
      case NUMBER:
        return this.#take(8)?.readDoubleBE();
      case BOOLEAN: {
        const byte = this.#take(1);
        return byte && byte[0] !== 0;
      }
      case STRING:
        return this.#text(2);
      case LONG_STRING:
        return this.#text(4);
      case NULL:
      case UNDEFINED:
        return null;
      case REFERENCE:
        return this.#take(2) && null;
      case DATE:
        return this.#take(10)?.readDoubleBE();
      case OBJECT:
        return this.#members(depth);
      case ECMA_ARRAY:
        return this.#take(4) && this.#members(depth);
      case STRICT_ARRAY:
        return this.#elements(depth);
      default:
        return undefined;
    }
  }

  #members(depth: number): Map<string, Value> | undefined {
    const members = new Map<string, Value>();
    for (;;) {
      // Some encoders leave out the end of the outermost array.
      if (this.#at === this.#bytes.length && depth === 0) return members;
      const name = this.#text(2);
      if (name === undefined) return undefined;
      if (name === '' && this.#bytes[this.#at] === OBJECT_END) {
        this.#at++;
        return members;
      }
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      members.set(name, value);
    }
  }

  #elements(depth: number): Value[] | undefined {
    const count = this.#take(4)?.readUInt32BE();
    if (count === undefined) return undefined;
    const elements: Value[] = [];
    while (elements.length < count) {
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      elements.push(value);
    }
    return elements;
  }

  #text(lengthBytes: 2 | 4): string | undefined {
    const length = this.#take(lengthBytes)?.readUIntBE(0, lengthBytes);
    return length === undefined ? undefined : this.#take(length)?.toString('utf8');
  }

  #take(length: number): Buffer | undefined {
    if (length > this.#bytes.length - this.#at) return undefined;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
