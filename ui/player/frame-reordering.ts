/** Tells from a piece of fMP4 whether its frames are displayed in another order than decoded (B-frames). */

const TRUN = 0x7472756e;
const CONTAINERS = new Set([0x6d6f6f66 /* moof */, 0x74726166 /* traf */]);

/** Sizes of the optional fields of a sample that stand before its composition offset: duration, size, flags. */
const FIELDS_BEFORE_OFFSET = [0x100, 0x200, 0x400];
const HAS_OFFSET = 0x800;

/**
 * Whether composition offsets differ within a track run (ISO/IEC 14496-12, 8.8.8). A constant offset is a mere delay.
 * Bytes that are no fMP4 answer false.
 */
export function hasReorderedFrames(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return search(view, 0, view.byteLength);
}

function search(view: DataView, start: number, end: number): boolean {
  for (let at = start; at + 8 <= end; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > end) return false;
    const type = view.getUint32(at + 4);
    if (CONTAINERS.has(type) && search(view, at + 8, at + size)) return true;
    if (type === TRUN && offsetsDiffer(view, at + 8, at + size)) return true;
    at += size;
  }
  return false;
}

function offsetsDiffer(view: DataView, start: number, end: number): boolean {
  const flags = view.getUint32(start) & 0xffffff;
  if (!(flags & HAS_OFFSET)) return false;
  const count = view.getUint32(start + 4);
  let first = start + 8;
  if (flags & 0x1) first += 4; // data_offset
  if (flags & 0x4) first += 4; // first_sample_flags
  const before = FIELDS_BEFORE_OFFSET.filter((field) => flags & field).length * 4;
  const stride = before + 4;
  if (first + count * stride > end) return false;
  for (let i = 1; i < count; i++) {
    if (view.getInt32(first + before + i * stride) !== view.getInt32(first + before)) return true;
  }
  return false;
}
