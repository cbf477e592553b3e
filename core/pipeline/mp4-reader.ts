/** Reads the fragmented MP4 that ffmpeg writes live for one H.264 track: `moov`, then a `moof` and `mdat` for each frame or few. */
import { CodecConfigError } from './codecs/bit-reader.ts';
import { h264Config } from './codecs/h264.ts';
import { type ByteParser, PullParser } from './pull-parser.ts';
import type { Sample, VideoConfig } from './track.ts';

/** Far above what one track's headers need. */
const MAX_HEADER_BOX = 1024 * 1024;
/** Far above what some frames need. */
const MAX_MEDIA_BOX = 64 * 1024 * 1024;
/** Samples need not take any bytes in the `moof`, so that its size is no bound. */
const MAX_SAMPLES = 10_000;
const BOX_HEADER_SIZE = 8;

/** `tfhd` (ISO/IEC 14496-12, 8.8.7). */
const TFHD_DESCRIPTION_INDEX = 0x02;
const TFHD_DURATION = 0x08;
const TFHD_SIZE = 0x10;
const TFHD_FLAGS = 0x20;
const TFHD_BASE_IS_MOOF = 0x02_00_00;
/** `trun` (8.8.8). */
const TRUN_DATA_OFFSET = 0x01;
const TRUN_FIRST_FLAGS = 0x04;
const TRUN_DURATION = 0x01_00;
const TRUN_SIZE = 0x02_00;
const TRUN_FLAGS = 0x04_00;
const TRUN_COMPOSITION = 0x08_00;
/** `sample_is_non_sync_sample` (8.8.3.1). */
const NON_SYNC = 0x01_00_00;

/** What was read is not fragmented MP4 of one H.264 track. It cannot be read on. */
export class Mp4Error extends Error {
  override readonly name = 'Mp4Error';
}

export interface Mp4Events {
  /** A configuration, also a later one. `timescale`: ticks per second of the samples that follow. */
  config(config: VideoConfig, timescale: number): void;
  /** The next frame, with times in ticks. Its data is a view of what was read. */
  sample(sample: Sample): void;
}

export class Mp4Reader {
  readonly #parser: PullParser;

  constructor(on: Mp4Events) {
    this.#parser = new PullParser(parseMp4(on));
  }

  /**
   * Tells of everything that the chunk completes. Keeps views of the chunk, so it must not be reused.
   * @throws {Mp4Error} where the bytes are not such a file; so does every call after it.
   */
  push(chunk: Buffer): void {
    this.#parser.push(chunk);
  }
}

/** What samples are where their fragment does not say (`trex`, `tfhd`). */
interface Defaults {
  duration: number;
  size: number;
  flags: number;
}

/** A sample whose bytes are still to come. */
interface Announced {
  sample: Sample;
  /** From the start of its `moof`. */
  offset: number;
  size: number;
}

function* parseMp4(on: Mp4Events): ByteParser {
  let defaults: Defaults | null = null;
  let announced: Announced[] = [];
  let moofSize = 0;
  for (;;) {
    const header = yield BOX_HEADER_SIZE;
    const size = header.readUInt32BE(0);
    const type = header.toString('latin1', 4, 8);
    const limit = type === 'mdat' ? MAX_MEDIA_BOX : MAX_HEADER_BOX;
    if (size < BOX_HEADER_SIZE || size > limit)
      throw new Mp4Error(`A box ${printable(type)} of ${size} bytes is not read.`);
    const content = size === BOX_HEADER_SIZE ? Buffer.alloc(0) : yield size - BOX_HEADER_SIZE;
    if (type === 'moov') {
      const movie = parseMoov(content);
      defaults = movie.defaults;
      announced = [];
      on.config(movie.config, movie.timescale);
    } else if (type === 'moof') {
      if (defaults === null) throw new Mp4Error('A fragment comes before the moov box.');
      announced = parseMoof(content, defaults);
      moofSize = size;
    } else if (type === 'mdat') {
      for (const { sample, offset, size: length } of announced) {
        const start = offset - moofSize - BOX_HEADER_SIZE;
        if (start < 0 || start + length > content.length) throw new Mp4Error('A sample lies outside its mdat box.');
        on.sample({ ...sample, data: content.subarray(start, start + length) });
      }
      announced = [];
    }
  }
}

function parseMoov(moov: Buffer): { config: VideoConfig; timescale: number; defaults: Defaults } {
  const trackBoxes = children(moov).filter((box) => box.type === 'trak');
  if (trackBoxes.length !== 1) throw new Mp4Error(`The file has ${trackBoxes.length} tracks, not one.`);
  const mdia = child(trackBoxes[0]!.content, 'mdia');
  const mdhd = child(mdia, 'mdhd');
  const timescale = new Fields(mdhd).skip(mdhd[0] === 1 ? 20 : 12).u32();
  if (timescale === 0) throw new Mp4Error('The track has no timescale.');
  const stsd = child(child(child(mdia, 'minf'), 'stbl'), 'stsd');
  const STSD_HEADER = 8;
  const VISUAL_ENTRY = 78;
  const avc1 = child(stsd.subarray(STSD_HEADER), 'avc1');
  const avcC = child(avc1.subarray(VISUAL_ENTRY), 'avcC');
  const trex = new Fields(child(child(moov, 'mvex'), 'trex')).skip(12);
  return {
    config: videoConfig(avcC),
    timescale,
    defaults: { duration: trex.u32(), size: trex.u32(), flags: trex.u32() },
  };
}

function videoConfig(avcC: Buffer): VideoConfig {
  try {
    return h264Config(Buffer.from(avcC));
  } catch (error) {
    if (!(error instanceof CodecConfigError)) throw error;
    throw new Mp4Error(`The H.264 configuration cannot be used: ${error.message}.`, { cause: error });
  }
}

function parseMoof(moof: Buffer, trackDefaults: Defaults): Announced[] {
  const traf = child(moof, 'traf');
  const defaults = parseTfhd(child(traf, 'tfhd'), trackDefaults);
  const tfdt = new Fields(child(traf, 'tfdt'));
  let dts = tfdt.u32() >>> 24 === 1 ? tfdt.u64() : tfdt.u32();
  const announced: Announced[] = [];
  for (const { type, content } of children(traf)) {
    if (type === 'trun') dts = parseTrun(content, defaults, dts, announced);
  }
  return announced;
}

function parseTfhd(content: Buffer, defaults: Defaults): Defaults {
  const tfhd = new Fields(content);
  const flags = tfhd.u32();
  if ((flags & TFHD_BASE_IS_MOOF) === 0)
    throw new Mp4Error('Offsets that do not count from the moof box are not read.');
  tfhd.u32(); // track
  if ((flags & TFHD_DESCRIPTION_INDEX) !== 0) tfhd.u32();
  return {
    duration: (flags & TFHD_DURATION) !== 0 ? tfhd.u32() : defaults.duration,
    size: (flags & TFHD_SIZE) !== 0 ? tfhd.u32() : defaults.size,
    flags: (flags & TFHD_FLAGS) !== 0 ? tfhd.u32() : defaults.flags,
  };
}

/** Adds the run's samples, and answers the decode time after them. */
function parseTrun(content: Buffer, defaults: Defaults, start: number, announced: Announced[]): number {
  const trun = new Fields(content);
  const flags = trun.u32();
  const count = trun.u32();
  if (count > MAX_SAMPLES) throw new Mp4Error(`A run of ${count} samples is not read.`);
  if ((flags & TRUN_DATA_OFFSET) === 0) throw new Mp4Error('A run of samples does not say where they are.');
  let offset = trun.s32();
  const firstFlags = (flags & TRUN_FIRST_FLAGS) !== 0 ? trun.u32() : null;
  let dts = start;
  for (let i = 0; i < count; i++) {
    const duration = (flags & TRUN_DURATION) !== 0 ? trun.u32() : defaults.duration;
    const size = (flags & TRUN_SIZE) !== 0 ? trun.u32() : defaults.size;
    const usualFlags = i === 0 && firstFlags !== null ? firstFlags : defaults.flags;
    const sampleFlags = (flags & TRUN_FLAGS) !== 0 ? trun.u32() : usualFlags;
    // Version 0 says the offset is unsigned; offsets beyond 31 bits do not occur.
    const cts = (flags & TRUN_COMPOSITION) !== 0 ? trun.s32() : 0;
    announced.push({
      sample: { dts, cts, duration, keyframe: (sampleFlags & NON_SYNC) === 0, data: NOTHING },
      offset,
      size,
    });
    offset += size;
    dts += duration;
  }
  return dts;
}

const NOTHING = Buffer.alloc(0);

interface Box {
  type: string;
  content: Buffer;
}

/** The boxes that a box holds. */
function children(content: Buffer): Box[] {
  const boxes: Box[] = [];
  let at = 0;
  while (at < content.length) {
    if (content.length - at < BOX_HEADER_SIZE) throw new Mp4Error('A box ends inside the header of another.');
    const size = content.readUInt32BE(at);
    const type = content.toString('latin1', at + 4, at + 8);
    if (size < BOX_HEADER_SIZE || at + size > content.length)
      throw new Mp4Error(`A box ${printable(type)} does not fit.`);
    boxes.push({ type, content: content.subarray(at + BOX_HEADER_SIZE, at + size) });
    at += size;
  }
  return boxes;
}

function child(content: Buffer, type: string): Buffer {
  const box = children(content).find((candidate) => candidate.type === type);
  if (!box) throw new Mp4Error(`There is no box ${type}.`);
  return box.content;
}

function printable(type: string): string {
  return /^[\w ]{4}$/.test(type) ? `"${type}"` : 'of an unknown type';
}

/** Reads a box's fields in order; beyond its end is an {@link Mp4Error}. */
class Fields {
  readonly #content: Buffer;
  #at = 0;

  constructor(content: Buffer) {
    this.#content = content;
  }

  skip(length: number): this {
    if (length > this.#content.length - this.#at) throw new Mp4Error('A box ends too early.');
    this.#at += length;
    return this;
  }

  u32(): number {
    this.skip(4);
    return this.#content.readUInt32BE(this.#at - 4);
  }

  s32(): number {
    this.skip(4);
    return this.#content.readInt32BE(this.#at - 4);
  }

  u64(): number {
    return this.u32() * 2 ** 32 + this.u32();
  }
}
