/** What a file is, by its own first bytes and structure: read here, so that no demuxer has to be trusted with what is none of ours. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Container } from '#plugin-api';
import { checkMov } from './mov-structure.ts';
import { readAt } from './read-at.ts';
import { FileRefused, truncated } from './refusal.ts';

const HEAD_BYTES = 4096;
const EBML = 0x1a_45_df_a3;
const SEGMENT_ID = 0x18_53_80_67;
const MOV_BOXES = new Set(['ftyp', 'styp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'moof', 'sidx', 'uuid']);

/** Things that ffmpeg would follow to other files, or that only look like media: each with what to say of it. */
const TEXTS: [RegExp, string][] = [
  [/^#EXTM3U/, 'It is a playlist (HLS), which only names other files. Upload the video itself.'],
  [
    /^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<MPD/,
    'It is a DASH manifest, which only names other files. Upload the video itself.',
  ],
  [/^ffconcat/, 'It is a concat script, which only names other files. Upload the video itself.'],
  [/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg/i, 'It is a drawing (SVG), not a video.'],
  [/^(<\?xml|<smil|<!DOCTYPE)/i, 'It is XML, not a video.'],
];
const PICTURES: [string, string][] = [
  ['ffd8ff', 'JPEG'],
  ['89504e47', 'PNG'],
  ['47494638', 'GIF'],
  ['424d', 'BMP'],
  ['49492a00', 'TIFF'],
  ['4d4d002a', 'TIFF'],
];

/** Answers the form of a file that is whole. Throws `FileRefused` with the reason. */
export async function sniff(path: string): Promise<Container> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = await readAt(file, 0, HEAD_BYTES);
    if (head.length < 12) throw new FileRefused('There is next to nothing in the file.');
    if (head.every((byte) => byte === 0)) throw new FileRefused('The file begins with nothing but zeros.');
    if (head.readUInt32BE(0) === EBML) {
      await checkMatroska(file, head, size);
      return 'matroska';
    }
    if (MOV_BOXES.has(head.toString('latin1', 4, 8))) {
      await checkMov(file, size);
      return 'mov';
    }
    throw new FileRefused(whatElse(head));
  } finally {
    await file.close();
  }
}

function whatElse(head: Buffer): string {
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  for (const [pattern, reason] of TEXTS) if (pattern.test(text)) return reason;
  const hex = head.toString('hex', 0, 8);
  const picture = PICTURES.find(([magic]) => hex.startsWith(magic));
  if (picture) return `It is a picture (${picture[1]}), not a video.`;
  const printable = head.every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
  if (printable) return 'It is a text, not a video.';
  if (head[0] === 0x47 && head[188] === 0x47) return 'It is an MPEG transport stream. Put it into MP4 or MKV.';
  return 'It is none of MP4, MOV, MKV and WebM.';
}

/** The segment of a Matroska file says how long it is, where it was not written live. */
async function checkMatroska(file: FileHandle, head: Buffer, size: number): Promise<void> {
  const header = readSize(head, 4);
  if (header === null || header.value === null) throw new FileRefused('Its header is damaged.');
  const docType = head.subarray(header.end, header.end + header.value).toString('latin1');
  if (!/matroska|webm/.test(docType)) throw new FileRefused('It is none of MP4, MOV, MKV and WebM.');
  const at = header.end + header.value;
  const segment = await readAt(file, at, 12);
  if (segment.length < 12 || segment.readUInt32BE(0) !== SEGMENT_ID)
    throw new FileRefused('There is only a header in it.');
  const length = readSize(segment, 4);
  if (length === null) throw new FileRefused('Its header is damaged.');
  if (length.value !== null && at + length.end + length.value > size)
    throw truncated(at + length.end + length.value, size);
}

/** A size of EBML (RFC 8794, 4): null where it is unknown. */
function readSize(bytes: Buffer, at: number): { value: number | null; end: number } | null {
  const first = bytes[at];
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return null;
  let value = first & (0xff >> length);
  let unknown = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    value = value * 256 + bytes[at + i]!;
    unknown &&= bytes[at + i] === 0xff;
  }
  return { value: unknown ? null : value, end: at + length };
}
