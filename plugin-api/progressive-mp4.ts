/** Plain MP4 of fragmented media: its index stands first, and an edit list says what is shown of it (ISO/IEC 14496-12). */
import { joinInits } from './fragmented-mp4.ts';
import { type Box, children, find, wrap } from './mp4-boxes.ts';
import { SampleTable } from './sample-table.ts';

/** Seconds that a frame may be before the range and still count as in it: half a frame at 60 frames a second. */
const TOLERANCE = 0.008;
/** Of `mdat`, with a size of 64 bits. */
const MEDIA_HEADER = 16;

/** A segment of one track. */
export interface MediaPiece {
  /** Which of the initialization sections it goes with, from 0. */
  track: number;
  /** Called twice: for the index, and for the media. */
  read(): Promise<Buffer>;
}

export interface ProgressiveOptions {
  /** One for each track. */
  inits: readonly Uint8Array[];
  /** In the order in which they are to stand in the file; those of a track in their own. */
  pieces: readonly MediaPiece[];
  /** Seconds from the first picture: what is shown, to the frame. Null: all. */
  trim: { start: number; end: number } | null;
}

/** Makes the file, in pieces as they are to be written. Throws where the media is not of fragments, or has no sample. */
export async function* progressiveMp4({ inits, pieces, trim }: ProgressiveOptions): AsyncGenerator<Buffer> {
  const tables = inits.map((init) => new SampleTable(init));
  let size = 0;
  for (const { track, read } of pieces) {
    for (const media of tables[track]!.add(await read(), size)) size += media.length;
  }
  const shown = range(tables, trim);
  const joined = joinInits(inits);
  const type = joined.subarray(0, find(joined, 'ftyp').end);
  // Offsets have a fixed width: the index has its size whatever stands in it.
  const { length } = index(joined, tables, shown, 0);
  yield Buffer.concat([
    type,
    index(joined, tables, shown, type.length + length + MEDIA_HEADER),
    mediaHeader(size + MEDIA_HEADER),
  ]);
  for (const { track, read } of pieces) yield* new SampleTable(inits[track]!).add(await read(), 0);
}

interface Range {
  /** Seconds on the clock of the fragments. */
  start: number;
  end: number;
}

/** Snapped to the frames of the first picture, so that each player shows the same, however it rounds. */
function range(tables: readonly SampleTable[], trim: { start: number; end: number } | null): Range {
  const used = tables.filter((table) => !table.isEmpty);
  const leader = used.find((table) => table.isPicture) ?? used[0];
  if (!leader) throw new RangeError('media without a sample');
  const frames = leader.shown().map((ticks) => ticks / leader.timescale);
  if (!trim) {
    const starts = used.map((table) => table.shown()[0]! / table.timescale);
    return { start: Math.min(...starts), end: Math.max(...used.map((table) => table.end / table.timescale)) };
  }
  const last = frames.at(-1)! + (leader.end - leader.start) / leader.timescale / frames.length;
  const frame = (seconds: number) => frames.find((time) => time >= frames[0]! + seconds - TOLERANCE) ?? last;
  return { start: frame(trim.start), end: frame(trim.end) };
}

/** The box `moov`. @param media Where in the file the media begins. */
function index(joined: Buffer, tables: readonly SampleTable[], { start, end }: Range, media: number): Buffer {
  const movie = find(joined, 'moov');
  // The first track's own clock: its edit can be told to the tick.
  const { timescale } = tables[0]!;
  const ticks = (seconds: number) => Math.round(seconds * timescale);
  const tracks = children(joined, movie, 'trak').map((track, at) => {
    const table = tables[at]!;
    const [header] = children(joined, track, 'tkhd');
    const from = Math.round(start * table.timescale) - table.start;
    // What begins after the rest is waited for.
    const wait = Math.max(0, -from) / table.timescale;
    const edits = [
      ...(wait > 0 ? [{ duration: ticks(wait), from: -1 }] : []),
      { duration: Math.max(0, ticks(end - start - wait)), from: Math.max(0, from) + table.delay },
    ];
    const [mediaBox] = children(joined, track, 'mdia');
    return wrap(
      'trak',
      trackHeader(joined, header!, ticks(end - start)),
      wrap('edts', editList(edits)),
      trackMedia(joined, mediaBox!, table, media),
    );
  });
  const [header] = children(joined, movie, 'mvhd');
  return wrap('moov', timedHeader('mvhd', joined, header!, { timescale, duration: ticks(end - start) }), ...tracks);
}

function trackMedia(joined: Buffer, media: Box, table: SampleTable, first: number): Buffer {
  const [header] = children(joined, media, 'mdhd');
  const [handler] = children(joined, media, 'hdlr');
  const [information] = children(joined, media, 'minf');
  const [samples] = children(joined, information!, 'stbl');
  const [description] = children(joined, samples!, 'stsd');
  const { timescale } = table;
  return wrap(
    'mdia',
    timedHeader('mdhd', joined, header!, { timescale, duration: table.isEmpty ? 0 : table.end - table.start }),
    joined.subarray(handler!.start, handler!.end),
    wrap(
      'minf',
      joined.subarray(information!.body, samples!.start),
      joined.subarray(samples!.end, information!.end),
      table.write(joined.subarray(description!.start, description!.end), first),
    ),
  );
}

/** `mvhd` or `mdhd` (8.2.2, 8.4.2) with 64 bits for its times; the rest as it was. */
function timedHeader(
  type: 'mvhd' | 'mdhd',
  bytes: Buffer,
  { body, end }: Box,
  { timescale, duration }: { timescale: number; duration: number },
): Buffer {
  const times = Buffer.alloc(32);
  times[0] = 1;
  times.writeUInt32BE(timescale, 20);
  times.writeBigUInt64BE(BigInt(duration), 24);
  return wrap(type, times, bytes.subarray(body + (bytes[body] === 0 ? 20 : 32), end));
}

/** `tkhd` (8.3.2), likewise. */
function trackHeader(bytes: Buffer, { body, end }: Box, duration: number): Buffer {
  const isShort = bytes[body] === 0;
  const times = Buffer.alloc(36);
  bytes.copy(times, 1, body + 1, body + 4);
  times[0] = 1;
  bytes.copy(times, 20, body + (isShort ? 12 : 20), body + (isShort ? 16 : 24));
  times.writeBigUInt64BE(BigInt(duration), 28);
  return wrap('tkhd', times, bytes.subarray(body + (isShort ? 24 : 36), end));
}

/** `elst` (8.6.6); `from` is -1 where nothing is shown. */
function editList(edits: readonly { duration: number; from: number }[]): Buffer {
  const bytes = Buffer.alloc(8 + edits.length * 20);
  bytes[0] = 1;
  bytes.writeUInt32BE(edits.length, 4);
  for (const [at, { duration, from }] of edits.entries()) {
    const offset = bytes.writeBigUInt64BE(BigInt(duration), 8 + at * 20);
    bytes.writeBigInt64BE(BigInt(from), offset);
    // At normal speed.
    bytes.writeUInt32BE(0x1_00_00, offset + 8);
  }
  return wrap('elst', bytes);
}

function mediaHeader(size: number): Buffer {
  const bytes = Buffer.alloc(MEDIA_HEADER);
  bytes.writeUInt32BE(1);
  bytes.write('mdat', 4, 'latin1');
  bytes.writeBigUInt64BE(BigInt(size), 8);
  return bytes;
}
