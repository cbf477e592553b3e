/** Fragmented MP4 (CMAF): a track's initialization section, and samples to a fragment (ISO/IEC 14496-12, -15, 23000-19). */
import { type AudioConfig, type Sample, type TrackConfig, VIDEO_TIMESCALE, type VideoConfig } from './track.ts';

/** ISO/IEC 14496-12, 8.8.3.1: depends on no other; depends on others and is no sync sample. */
const SYNC_SAMPLE = 0x02_00_00_00;
const NON_SYNC_SAMPLE = 0x01_01_00_00;

const MFHD_SIZE = 16;
const TFHD_SIZE = 16;
const TFDT_SIZE = 20;
const TRUN_HEADER_SIZE = 20;
const VIDEO_SAMPLE_SIZE = 16;
const AUDIO_SAMPLE_SIZE = 8;

const MFHD = fourCc('mfhd');
const MOOF = fourCc('moof');
const TRAF = fourCc('traf');
const TFHD = fourCc('tfhd');
const TFDT = fourCc('tfdt');
const TRUN = fourCc('trun');
const MDAT = fourCc('mdat');
const DEFAULT_BASE_IS_MOOF = 0x02_00_00;
/** Version 1 (signed composition offsets); data offset, then duration and size of each sample. */
const AUDIO_TRUN_FLAGS = 0x01_00_03_01;
/** The same, with flags and composition offset of each sample. */
const VIDEO_TRUN_FLAGS = 0x01_00_0f_01;

/**
 * `moof` and `mdat` of some consecutive samples of one track, in one allocation: this runs for every part of every rendition.
 * @param sequence Number of the fragment, from 1.
 * @param samples At least one; `dts` whole ticks from 0.
 */
export function fragment(sequence: number, kind: 'video' | 'audio', samples: Sample[]): Buffer {
  const video = kind === 'video';
  const trunSize = TRUN_HEADER_SIZE + samples.length * (video ? VIDEO_SAMPLE_SIZE : AUDIO_SAMPLE_SIZE);
  const trafSize = 8 + TFHD_SIZE + TFDT_SIZE + trunSize;
  const moofSize = 8 + MFHD_SIZE + trafSize;
  let mdatSize = 8;
  for (const sample of samples) mdatSize += sample.data.length;

  const out = Buffer.allocUnsafe(moofSize + mdatSize);
  const { dts } = samples[0]!;
  let at = out.writeUInt32BE(moofSize, 0);
  at = out.writeUInt32BE(MOOF, at);
  at = out.writeUInt32BE(MFHD_SIZE, at);
  at = out.writeUInt32BE(MFHD, at);
  at = out.writeUInt32BE(0, at);
  at = out.writeUInt32BE(sequence, at);
  at = out.writeUInt32BE(trafSize, at);
  at = out.writeUInt32BE(TRAF, at);
  at = out.writeUInt32BE(TFHD_SIZE, at);
  at = out.writeUInt32BE(TFHD, at);
  at = out.writeUInt32BE(DEFAULT_BASE_IS_MOOF, at);
  at = out.writeUInt32BE(1, at);
  at = out.writeUInt32BE(TFDT_SIZE, at);
  at = out.writeUInt32BE(TFDT, at);
  at = out.writeUInt32BE(0x01_00_00_00, at);
  at = out.writeUInt32BE(Math.floor(dts / 2 ** 32), at);
  at = out.writeUInt32BE(dts % 2 ** 32, at);
  at = out.writeUInt32BE(trunSize, at);
  at = out.writeUInt32BE(TRUN, at);
  at = out.writeUInt32BE(video ? VIDEO_TRUN_FLAGS : AUDIO_TRUN_FLAGS, at);
  at = out.writeUInt32BE(samples.length, at);
  at = out.writeUInt32BE(moofSize + 8, at);
  for (const sample of samples) {
    at = out.writeUInt32BE(sample.duration, at);
    at = out.writeUInt32BE(sample.data.length, at);
    if (video) {
      at = out.writeUInt32BE(sample.keyframe ? SYNC_SAMPLE : NON_SYNC_SAMPLE, at);
      at = out.writeInt32BE(sample.cts, at);
    }
  }
  at = out.writeUInt32BE(mdatSize, at);
  at = out.writeUInt32BE(MDAT, at);
  for (const sample of samples) {
    out.set(sample.data, at);
    at += sample.data.length;
  }
  return out;
}

/** `ftyp` and `moov` of one track with the id 1. Video counts in {@link VIDEO_TIMESCALE}, audio in its sample rate. */
export function initSegment(config: TrackConfig): Buffer {
  const video = config.kind === 'video';
  const timescale = video ? VIDEO_TIMESCALE : config.sampleRate;
  const handler = video ? 'vide' : 'soun';
  const stbl = box(
    'stbl',
    fullBox('stsd', 0, u32(1), video ? videoEntry(config) : audioEntry(config)),
    fullBox('stts', 0, u32(0)),
    fullBox('stsc', 0, u32(0)),
    fullBox('stsz', 0, u32(0), u32(0)),
    fullBox('stco', 0, u32(0)),
  );
  const dinf = box('dinf', fullBox('dref', 0, u32(1), fullBox('url ', 1)));
  const header = video ? fullBox('vmhd', 1, zeros(8)) : fullBox('smhd', 0, zeros(4));
  const mdia = box(
    'mdia',
    fullBox('mdhd', 0, zeros(8), u32(timescale), u32(0), u16(UNDETERMINED_LANGUAGE), zeros(2)),
    fullBox('hdlr', 0, zeros(4), Buffer.from(handler, 'latin1'), zeros(12), Buffer.from(`${config.kind}\0`, 'latin1')),
    box('minf', header, dinf, stbl),
  );
  const moov = box(
    'moov',
    fullBox('mvhd', 0, zeros(8), u32(1000), u32(0), u32(0x1_00_00), u16(0x1_00), zeros(10), MATRIX, zeros(24), u32(2)),
    box('trak', trackHeader(config), mdia),
    box('mvex', fullBox('trex', 0, u32(1), u32(1), u32(0), u32(0), u32(video ? NON_SYNC_SAMPLE : SYNC_SAMPLE))),
  );
  return Buffer.concat([box('ftyp', Buffer.from('iso6\0\0\0\x01iso6cmfcmp41', 'latin1')), moov]);
}

/** `und` in three letters of five bits (ISO 639-2). */
const UNDETERMINED_LANGUAGE = 0x55c4;
const MATRIX = Buffer.concat([u32(0x1_00_00), zeros(12), u32(0x1_00_00), zeros(12), u32(0x40_00_00_00)]);
const ENABLED_IN_MOVIE = 3;

function trackHeader(config: TrackConfig): Buffer {
  const size =
    config.kind === 'video' ? [u32(config.width * 0x1_00_00), u32(config.height * 0x1_00_00)] : [u32(0), u32(0)];
  const volume = config.kind === 'video' ? 0 : 0x1_00;
  return fullBox(
    'tkhd',
    ENABLED_IN_MOVIE,
    zeros(8),
    u32(1),
    zeros(16),
    u16(0),
    u16(0),
    u16(volume),
    zeros(2),
    MATRIX,
    ...size,
  );
}

const VIDEO_BOXES = { h264: ['avc1', 'avcC'], hevc: ['hvc1', 'hvcC'], av1: ['av01', 'av1C'] } as const;

function videoEntry(config: VideoConfig): Buffer {
  const [entry, configuration] = VIDEO_BOXES[config.codec];
  return box(
    entry,
    zeros(6),
    u16(1),
    zeros(16),
    u16(config.width),
    u16(config.height),
    u32(0x48_00_00),
    u32(0x48_00_00),
    zeros(4),
    u16(1),
    zeros(32),
    u16(24),
    u16(0xffff),
    box(configuration, config.description),
  );
}

function audioEntry(config: AudioConfig): Buffer {
  // The field has 16 bits before the point; a higher rate is left 0 and read from the codec's configuration.
  const rate = config.sampleRate <= 0xffff ? config.sampleRate * 0x1_00_00 : 0;
  const opus = config.codec === 'opus';
  return box(
    opus ? 'Opus' : 'mp4a',
    zeros(6),
    u16(1),
    zeros(8),
    u16(config.channels),
    u16(16),
    zeros(4),
    u32(rate),
    opus ? box('dOps', config.description) : elementaryStream(config.description),
  );
}

/** `esds` with an AudioSpecificConfig (ISO/IEC 14496-1, 7.2.6; 14496-14, 5.6). */
function elementaryStream(audioSpecificConfig: Buffer): Buffer {
  const AUDIO_STREAM = 0x15;
  const decoder = descriptor(
    4,
    Buffer.from([0x40, AUDIO_STREAM, 0, 0, 0]),
    u32(0),
    u32(0),
    descriptor(5, audioSpecificConfig),
  );
  return fullBox('esds', 0, descriptor(3, Buffer.from([0, 1, 0]), decoder, descriptor(6, Buffer.from([2]))));
}

/** Its size in four bytes of seven bits, as Apple's tools write it. */
function descriptor(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const n = body.length;
  const size = [0x80 | ((n >> 21) & 0x7f), 0x80 | ((n >> 14) & 0x7f), 0x80 | ((n >> 7) & 0x7f), n & 0x7f];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function box(type: string, ...content: Buffer[]): Buffer {
  let size = 8;
  for (const part of content) size += part.length;
  return Buffer.concat([u32(size), Buffer.from(type, 'latin1'), ...content], size);
}

/** A box with version 0. */
function fullBox(type: string, flags: number, ...content: Buffer[]): Buffer {
  return box(type, u32(flags), ...content);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function zeros(length: number): Buffer {
  return Buffer.alloc(length);
}

function fourCc(type: string): number {
  return Buffer.from(type, 'latin1').readUInt32BE();
}
