/** MP4 for tests, read without the code under test: boxes by their path, and the frames of a file with one frame a fragment. */
export interface Mp4Box {
  type: string;
  /** With the box's header. */
  bytes: Buffer;
  content: Buffer;
}

/** Boxes one after the other; bytes that are left over fail. */
export function readBoxes(bytes: Buffer): Mp4Box[] {
  const boxes: Mp4Box[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length) throw new Error(`a box of ${size} bytes at ${at} of ${bytes.length}`);
    const box = bytes.subarray(at, at + size);
    boxes.push({ type: box.toString('latin1', 4, 8), bytes: box, content: box.subarray(8) });
    at += size;
  }
  return boxes;
}

/** Bytes of fields before the boxes that a box holds. */
const FIELDS: Record<string, number> = { stsd: 8, avc1: 78, hvc1: 78, av01: 78, mp4a: 28, Opus: 28, dref: 8 };

/** The content of the first box at the path `moov/trak/mdia`. */
export function boxAt(bytes: Buffer, path: string): Buffer {
  let content = bytes;
  let fields = 0;
  for (const type of path.split('/')) {
    const found = readBoxes(content.subarray(fields)).find((box) => box.type === type);
    if (!found) throw new Error(`no ${type} of ${path}`);
    content = found.content;
    fields = FIELDS[type] ?? 0;
  }
  return content;
}

export interface CodedFrame {
  /** Ticks. */
  dts: number;
  cts: number;
  keyframe: boolean;
  data: Buffer;
}

/** The frames of one track written with `-movflags empty_moov+default_base_moof+frag_every_frame`. */
export function readFrames(file: Buffer): CodedFrame[] {
  const frames: CodedFrame[] = [];
  let moof: Buffer | null = null;
  for (const { type, content } of readBoxes(file)) {
    if (type === 'moof') moof = content;
    if (type !== 'mdat' || !moof) continue;
    const tfdt = boxAt(moof, 'traf/tfdt');
    const trun = boxAt(moof, 'traf/trun');
    const flags = trun.readUInt32BE(0) & 0xff_ff_ff;
    if (trun.readUInt32BE(4) !== 1) throw new Error('more than one frame in a fragment');
    frames.push({
      dts: tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4),
      cts: (flags & 0x800) !== 0 ? trun.readInt32BE(trun.length - 4) : 0,
      keyframe: frames.length === 0,
      data: content,
    });
  }
  return frames;
}
