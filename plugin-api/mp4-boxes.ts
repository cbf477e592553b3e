/** Boxes of MP4 files (ISO/IEC 14496-12, 4.2): found, and made. */

export interface Box {
  type: string;
  /** Offsets of the box, of what it holds, and of what follows it. */
  start: number;
  body: number;
  end: number;
}

/** The boxes that stand in a row. Throws where they do not fill it. */
export function boxes(bytes: Buffer, from = 0, to = bytes.length): Box[] {
  const found: Box[] = [];
  for (let start = from; start < to; ) {
    const small = start + 8 <= to ? bytes.readUInt32BE(start) : 0;
    const size = small === 1 && start + 16 <= to ? Number(bytes.readBigUInt64BE(start + 8)) : small;
    const end = start + size;
    if (size < 8 || end > to) throw new RangeError('not whole boxes of an MP4 file');
    found.push({
      type: bytes.toString('latin1', start + 4, start + 8),
      start,
      body: start + (small === 1 ? 16 : 8),
      end,
    });
    start = end;
  }
  return found;
}

/** Those of one type within another box. */
export function children(bytes: Buffer, parent: Box, type: string): Box[] {
  return boxes(bytes, parent.body, parent.end).filter((box) => box.type === type);
}

/** The first box at the end of a path. */
export function find(bytes: Buffer, ...path: string[]): Box {
  let within: Box = { type: '', start: 0, body: 0, end: bytes.length };
  for (const type of path) {
    const [box] = children(bytes, within, type);
    if (box === undefined) throw new RangeError(`an MP4 file without ${path.join('/')}`);
    within = box;
  }
  return within;
}

/** The same bytes. */
export function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A box of this content. */
export function wrap(type: string, ...content: Uint8Array[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.reduce((size, { length }) => size + length, 8));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
}
