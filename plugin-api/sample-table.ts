/** The samples of a track, gathered from its fragments and written as the tables of a plain MP4 (ISO/IEC 14496-12, 8.6 and 8.7). */
import { type Box, children, find, view, wrap } from './mp4-boxes.ts';

/** tfhd and trun flags (8.8.7.1, 8.8.8.1): which fields are there. */
const BASE_OFFSET = 0x1;
const DESCRIPTION = 0x2;
const DEFAULT_DURATION = 0x8;
const DEFAULT_SIZE = 0x10;
const DEFAULT_FLAGS = 0x20;
const DATA_OFFSET = 0x1;
const FIRST_FLAGS = 0x4;
const DURATION = 0x100;
const SIZE = 0x200;
const FLAGS = 0x400;
const COMPOSITION = 0x800;
/** Of a sample's flags: it is no sync sample. */
const NOT_SYNC = 0x1_00_00;

interface Defaults {
  duration: number;
  size: number;
  flags: number;
}

interface Chunk {
  /** Of what is written in all, from where the first chunk begins. */
  offset: number;
  samples: number;
}

export class SampleTable {
  readonly timescale: number;
  readonly isPicture: boolean;
  readonly #defaults: Defaults;
  readonly #sizes: number[] = [];
  /** Ticks, on the clock of the fragments; never going back. */
  readonly #decoded: number[] = [];
  readonly #compositions: number[] = [];
  /** Numbers of the sync samples, from 1. */
  readonly #sync: number[] = [];
  readonly #chunks: Chunk[] = [];
  #end = 0;

  /** @param init The track's own initialization section. */
  constructor(init: Uint8Array) {
    const bytes = view(init);
    const header = find(bytes, 'moov', 'trak', 'mdia', 'mdhd');
    this.timescale = bytes.readUInt32BE(header.body + (bytes[header.body] === 0 ? 12 : 20));
    const { body } = find(bytes, 'moov', 'trak', 'mdia', 'hdlr');
    this.isPicture = bytes.toString('latin1', body + 8, body + 12) === 'vide';
    const trex = find(bytes, 'moov', 'mvex', 'trex').body;
    const at = (field: number) => bytes.readUInt32BE(trex + 12 + field * 4);
    this.#defaults = { duration: at(0), size: at(1), flags: at(2) };
  }

  /** Takes a segment's samples; its media is written as one chunk at `offset`. Answers the media, in pieces of the segment. */
  add(bytes: Buffer, offset: number): Buffer[] {
    const media: Buffer[] = [];
    const before = this.#sizes.length;
    for (const moof of children(bytes, { type: '', start: 0, body: 0, end: bytes.length }, 'moof')) {
      for (const traf of children(bytes, moof, 'traf')) media.push(...this.#fragment(bytes, moof, traf));
    }
    this.#chunks.push({ offset, samples: this.#sizes.length - before });
    return media;
  }

  get isEmpty(): boolean {
    return this.#sizes.length === 0;
  }

  /** Ticks: where the first sample is decoded, and where the last ends. */
  get start(): number {
    return this.#decoded[0]!;
  }

  get end(): number {
    return this.#end;
  }

  /** Ticks by which samples are shown later than the fragments say, so that none is shown before it is decoded: not all players bear that. */
  get delay(): number {
    return -this.#compositions.reduce((least, offset) => Math.min(least, offset), 0);
  }

  /** Ticks at which each sample is shown, in this order, `delay` left out. */
  shown(): number[] {
    return this.#decoded.map((time, at) => time + this.#compositions[at]!).sort((a, b) => a - b);
  }

  /** The box `stbl`. @param description The box `stsd`. @param first Where in the file the first chunk of all begins. */
  write(description: Buffer, first: number): Buffer {
    const durations = this.#decoded.map((time, at) => (this.#decoded[at + 1] ?? this.#end) - time);
    const { delay } = this;
    const compositions = this.#compositions.map((offset) => offset + delay);
    const chunkRuns = runs(this.#chunks.map(({ samples }) => samples));
    let chunk = 1;
    const placed = chunkRuns.map(([count, samples]) => {
      const from = chunk;
      chunk += count;
      return [from, samples, 1];
    });
    const offsets = Buffer.alloc(this.#chunks.length * 8);
    for (const [at, { offset }] of this.#chunks.entries()) offsets.writeBigUInt64BE(BigInt(first + offset), at * 8);
    return wrap(
      'stbl',
      description,
      table('stts', runs(durations)),
      ...(compositions.some((offset) => offset !== 0) ? [table('ctts', runs(compositions))] : []),
      ...(this.isPicture && this.#sync.length < this.#sizes.length
        ? [
            table(
              'stss',
              this.#sync.map((number) => [number]),
            ),
          ]
        : []),
      table('stsc', placed),
      // No size for all: each has its own.
      wrap('stsz', words([0, 0, this.#sizes.length]), words(this.#sizes)),
      wrap('co64', words([0, this.#chunks.length]), offsets),
    );
  }

  *#fragment(bytes: Buffer, moof: Box, traf: Box): Generator<Buffer> {
    const [header] = children(bytes, traf, 'tfhd');
    const [time] = children(bytes, traf, 'tfdt');
    const flags = bytes.readUIntBE(header!.body + 1, 3);
    if (flags & BASE_OFFSET) throw new RangeError('a fragment whose media is elsewhere in its file');
    let at = header!.body + 8 + (flags & DESCRIPTION ? 4 : 0);
    const field = (flag: number, otherwise: number) => {
      if (!(flags & flag)) return otherwise;
      at += 4;
      return bytes.readUInt32BE(at - 4);
    };
    const { duration, size, flags: sampleFlags } = this.#defaults;
    const defaults: Defaults = {
      duration: field(DEFAULT_DURATION, duration),
      size: field(DEFAULT_SIZE, size),
      flags: field(DEFAULT_FLAGS, sampleFlags),
    };
    const version = bytes[time!.body]!;
    this.#end = Math.max(
      this.#end,
      version === 0 ? bytes.readUInt32BE(time!.body + 4) : Number(bytes.readBigUInt64BE(time!.body + 4)),
    );
    let from = moof.end + 8;
    for (const run of children(bytes, traf, 'trun')) {
      const [start, end] = this.#run(bytes, run, defaults, moof, from);
      yield bytes.subarray(start, end);
      from = end;
    }
  }

  /** Answers where in the segment the samples of the run are; `otherwise` is where they begin if it does not say. */
  #run(bytes: Buffer, { body }: Box, defaults: Defaults, moof: Box, otherwise: number): [number, number] {
    const flags = bytes.readUIntBE(body + 1, 3);
    const count = bytes.readUInt32BE(body + 4);
    let at = body + 8;
    const next = () => {
      at += 4;
      return bytes.readUInt32BE(at - 4);
    };
    const start = flags & DATA_OFFSET ? moof.start + (next() | 0) : otherwise;
    const firstFlags = flags & FIRST_FLAGS ? next() : null;
    let end = start;
    for (let sample = 0; sample < count; sample++) {
      const duration = flags & DURATION ? next() : defaults.duration;
      const size = flags & SIZE ? next() : defaults.size;
      const own = flags & FLAGS ? next() : sample === 0 && firstFlags !== null ? firstFlags : defaults.flags;
      // Signed also where its version says otherwise: no composition offset is so large.
      const composition = flags & COMPOSITION ? next() | 0 : 0;
      this.#decoded.push(this.#end);
      this.#sizes.push(size);
      this.#compositions.push(composition);
      if (!(own & NOT_SYNC)) this.#sync.push(this.#sizes.length);
      this.#end += duration;
      end += size;
    }
    return [start, end];
  }
}

/** Figures that follow each other unchanged, counted. */
function runs(figures: readonly number[]): [count: number, figure: number][] {
  const found: [number, number][] = [];
  for (const figure of figures) {
    const last = found.at(-1);
    if (last?.[1] === figure) last[0]++;
    else found.push([1, figure]);
  }
  return found;
}

function table(type: string, rows: readonly (readonly number[])[]): Buffer {
  return wrap(type, words([0, rows.length]), words(rows.flat()));
}

function words(figures: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(figures.length * 4);
  for (const [at, figure] of figures.entries()) bytes.writeUInt32BE(figure >>> 0, at * 4);
  return bytes;
}
