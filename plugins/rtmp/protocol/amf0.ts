/** AMF0, the encoding of RTMP's commands and metadata, with bounds on what a decoder will build (Adobe AMF 0, 2007). */
import { ProtocolError } from './errors.ts';

export type AmfValue = number | string | boolean | null | undefined | AmfValue[] | AmfObject;
/** Decoded objects have no prototype, so that no name of a property is special. */
export interface AmfObject {
  [name: string]: AmfValue;
}

const MAX_DEPTH = 8;
const MAX_VALUES = 1024;

const NUMBER = 0;
const BOOLEAN = 1;
const STRING = 2;
const OBJECT = 3;
const NULL = 5;
const UNDEFINED = 6;
const ECMA_ARRAY = 8;
const OBJECT_END = 9;
const STRICT_ARRAY = 10;
const DATE = 11;
const LONG_STRING = 12;
const UNSUPPORTED = 13;
const XML_DOCUMENT = 15;
const TYPED_OBJECT = 16;

class Decoder {
  private readonly bytes: Buffer;
  private at = 0;
  private depth = 0;
  private values = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  value(): AmfValue {
    if (++this.values > MAX_VALUES) throw new ProtocolError('An AMF message holds too many values.');
    if (++this.depth > MAX_DEPTH) throw new ProtocolError('An AMF message is nested too deep.');
    const value = this.byMarker(this.bytes[this.take(1)]!);
    this.depth--;
    return value;
  }

  private byMarker(marker: number): AmfValue {
    switch (marker) {
      case NUMBER:
        return this.bytes.readDoubleBE(this.take(8));
      case BOOLEAN:
        return this.bytes[this.take(1)] !== 0;
      case STRING:
        return this.text(this.bytes.readUInt16BE(this.take(2)));
      case LONG_STRING:
      case XML_DOCUMENT:
        return this.text(this.bytes.readUInt32BE(this.take(4)));
      case NULL:
        return null;
      case UNDEFINED:
      case UNSUPPORTED:
        return undefined;
      case OBJECT:
        return this.properties();
      case ECMA_ARRAY:
        this.take(4); // The count is a hint that encoders get wrong; the end marker counts.
        return this.properties();
      case TYPED_OBJECT:
        this.text(this.bytes.readUInt16BE(this.take(2)));
        return this.properties();
      case STRICT_ARRAY: {
        const count = this.bytes.readUInt32BE(this.take(4));
        if (count > MAX_VALUES) throw new ProtocolError('An AMF array is too long.');
        return Array.from({ length: count }, () => this.value());
      }
      case DATE: {
        const milliseconds = this.bytes.readDoubleBE(this.take(8));
        this.take(2); // Time zone: reserved, always 0.
        return milliseconds;
      }
      default:
        throw new ProtocolError(`An AMF message holds a value of unknown type ${marker}.`);
    }
  }

  private properties(): AmfObject {
    const object: AmfObject = Object.create(null);
    for (;;) {
      const name = this.text(this.bytes.readUInt16BE(this.take(2)));
      if (name === '' && this.bytes[this.at] === OBJECT_END) {
        this.at++;
        return object;
      }
      object[name] = this.value();
    }
  }

  private text(length: number): string {
    const start = this.take(length);
    return this.bytes.toString('utf8', start, this.at);
  }

  /** Steps over `length` bytes and answers where they start. */
  private take(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) throw new ProtocolError('An AMF message is cut short.');
    this.at = start + length;
    return start;
  }
}

/**
 * Decodes a sequence of values.
 * @throws ProtocolError where it is cut short, nested deeper than 8, or holds more than 1024 values.
 */
export function decodeAmf(bytes: Buffer): AmfValue[] {
  const decoder = new Decoder(bytes);
  const values: AmfValue[] = [];
  while (!decoder.done) values.push(decoder.value());
  return values;
}

function encodeInto(parts: Buffer[], value: AmfValue): void {
  if (typeof value === 'number') {
    const part = Buffer.allocUnsafe(9);
    part[0] = NUMBER;
    part.writeDoubleBE(value, 1);
    parts.push(part);
  } else if (typeof value === 'boolean') {
    parts.push(Buffer.from([BOOLEAN, value ? 1 : 0]));
  } else if (typeof value === 'string') {
    const text = Buffer.from(value);
    const long = text.length > 0xffff;
    const head = Buffer.alloc(long ? 5 : 3);
    head[0] = long ? LONG_STRING : STRING;
    head.writeUIntBE(text.length, 1, head.length - 1);
    parts.push(head, text);
  } else if (value === null || value === undefined) {
    parts.push(Buffer.from([value === null ? NULL : UNDEFINED]));
  } else if (Array.isArray(value)) {
    const head = Buffer.alloc(5);
    head[0] = STRICT_ARRAY;
    head.writeUInt32BE(value.length, 1);
    parts.push(head);
    for (const item of value) encodeInto(parts, item);
  } else {
    parts.push(Buffer.from([OBJECT]));
    for (const [name, item] of Object.entries(value)) {
      const text = Buffer.from(name);
      const head = Buffer.alloc(2);
      head.writeUInt16BE(text.length);
      parts.push(head, text);
      encodeInto(parts, item);
    }
    parts.push(Buffer.from([0, 0, OBJECT_END]));
  }
}

/** Encodes values one after the other. */
export function encodeAmf(...values: AmfValue[]): Buffer {
  const parts: Buffer[] = [];
  for (const value of values) encodeInto(parts, value);
  return Buffer.concat(parts);
}
