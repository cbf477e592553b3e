/** Walks the boxes of an MP4 or MOV (ISO/IEC 14496-12): whole, of a bounded number of fragments, and with its media in itself. */
import type { FileHandle } from 'node:fs/promises';
import { readAt } from './read-at.ts';
import { FileRefused, truncated } from './refusal.ts';

/** A day in fragments of 2 s, for picture and sound. */
const MAX_FRAGMENTS = 100_000;
const MAX_BOXES = 4 * MAX_FRAGMENTS;
/** 24 h at 60 frames a second have a `moov` of some 50 MB. */
const MAX_MOOV = 128 * 1024 * 1024;
const MAX_DEPTH = 8;
const WINDOW = 256 * 1024;

/** Of pictures that come in the same boxes. */
const PICTURE_BRANDS = new Set(['avif', 'avis', 'heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1']);
const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'dinf']);
/** `dref` entry flag: the media are in this very file (8.7.2). */
const SELF_CONTAINED = 1;

export async function checkMov(file: FileHandle, size: number): Promise<void> {
  const windowed = new Window(file);
  let at = 0;
  let boxes = 0;
  let fragments = 0;
  let moov: { at: number; length: number } | null = null;
  let hasMedia = false;
  while (at < size) {
    const header = await windowed.read(at, 16);
    if (header.length < 8) throw truncated(at + 8, size);
    const type = header.toString('latin1', 4, 8);
    const length = boxLength(header, size - at);
    if (length < 8) throw new FileRefused('Its structure is damaged.');
    if (at + length > size) throw truncated(at + length, size);
    if (++boxes > MAX_BOXES) throw new FileRefused(`It is cut into more than ${MAX_BOXES} pieces.`);
    if (type === 'ftyp') checkBrand((await windowed.read(at, 12)).toString('latin1', 8, 12));
    if (type === 'moof' && ++fragments > MAX_FRAGMENTS) {
      throw new FileRefused(`It is cut into more than ${MAX_FRAGMENTS} fragments. Export it as one piece.`);
    }
    if (type === 'moov') moov ??= { at, length };
    if (type === 'mdat') hasMedia = true;
    at += length;
  }
  if (!moov) throw new FileRefused('Its index (moov) is missing: it was not finished, or is cut short.');
  if (moov.length > MAX_MOOV) throw new FileRefused('Its index (moov) is larger than that of any video.');
  checkBoxes((await readAt(file, moov.at, moov.length)).subarray(8), 0);
  if (!hasMedia) throw new FileRefused('There are no media in it.');
}

/** A length of 1 stands for 64 bits after the type, one of 0 for all that is left. */
function boxLength(header: Buffer, left: number): number {
  const length = header.readUInt32BE(0);
  if (length === 0) return left;
  if (length !== 1) return length;
  return header.length < 16 ? 0 : Number(header.readBigUInt64BE(8));
}

function checkBrand(brand: string): void {
  if (PICTURE_BRANDS.has(brand)) throw new FileRefused('It is a picture (HEIF or AVIF), not a video.');
}

/** Looks into `moov` for what would be read from elsewhere, or unpacked. */
function checkBoxes(content: Buffer, depth: number): void {
  if (depth > MAX_DEPTH) throw new FileRefused('Its structure is damaged.');
  for (let at = 0; at + 8 <= content.length; ) {
    const length = content.readUInt32BE(at) || content.length - at;
    const type = content.toString('latin1', at + 4, at + 8);
    if (length < 8 || at + length > content.length) return;
    const inner = content.subarray(at + 8, at + length);
    if (type === 'rmra') throw new FileRefused('It only refers to other files. Export it with its media in it.');
    if (type === 'cmov') throw new FileRefused('Its index is compressed. Export it again without that.');
    if (type === 'dref') checkReferences(inner);
    if (CONTAINERS.has(type)) checkBoxes(inner, depth + 1);
    at += length;
  }
}

function checkReferences(dref: Buffer): void {
  for (let at = 8; at + 12 <= dref.length; ) {
    const length = dref.readUInt32BE(at);
    const flags = dref.readUInt32BE(at + 8) & 0xff_ff_ff;
    if ((flags & SELF_CONTAINED) === 0) {
      throw new FileRefused('Its media are in other files. Export it with its media in it.');
    }
    if (length < 12) return;
    at += length;
  }
}

/** Reads small pieces of a file in order without a call to the system for each. */
class Window {
  readonly #file: FileHandle;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async read(at: number, length: number): Promise<Buffer> {
    const inside = at >= this.#start && at + length <= this.#start + this.#bytes.length;
    if (!inside) {
      this.#start = at;
      this.#bytes = await readAt(this.#file, at, WINDOW);
    }
    return this.#bytes.subarray(at - this.#start, at - this.#start + length);
  }
}
