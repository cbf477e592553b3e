import { expect } from 'chai';
import { boxAt, type CodedFrame, readFrames } from '../../test/support/boxes.ts';
import { decodeFrames, makeMedia, probe, stored } from '../../test/support/ffmpeg.ts';
import { Demuxer } from './demux.ts';
import { FLV_AUDIO, FLV_VIDEO, FlvReader, type FlvTag } from './flv.ts';
import { fragment, initSegment } from './mp4.ts';
import { Timeline } from './timeline.ts';
import { type AudioConfig, type Sample, VIDEO_TIMESCALE, type VideoConfig } from './track.ts';

const FRAGMENT_SAMPLES = 7;
const TEST_PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30:duration=1'];
const TEST_SOUND = ['-f', 'lavfi', '-i', 'sine=duration=1:sample_rate=48000'];

interface Transmuxed {
  video?: { config: VideoConfig; file: Buffer };
  audio?: { config: AudioConfig; file: Buffer };
}

/** All of the way from FLV to files of one track each. */
class Transmuxer {
  readonly #demuxer = new Demuxer();
  readonly #timeline = new Timeline();
  readonly #video: Sample[] = [];
  readonly #audio: Sample[] = [];
  #videoConfig: VideoConfig | null = null;
  #audioConfig: AudioConfig | null = null;

  readonly push = (tag: FlvTag): void => {
    for (const unit of this.#demuxer.push(tag)) {
      if (unit.kind === 'config') {
        if (unit.config.kind === 'video') this.#videoConfig = unit.config;
        else this.#audioConfig = unit.config;
      } else if (unit.kind === 'video') {
        const { time } = this.#timeline.map('video', unit.time);
        const ticks = VIDEO_TIMESCALE / 1000;
        const { keyframe, data } = unit;
        this.#video.push({ dts: time * ticks, cts: unit.cts * ticks, duration: 3000, keyframe, data });
      } else if (unit.kind === 'audio') {
        const { sampleRate, samplesPerFrame } = this.#audioConfig!;
        const before = this.#audio.at(-1);
        const { time } = this.#timeline.map('audio', unit.time);
        const dts = before ? before.dts + samplesPerFrame : Math.round((time * sampleRate) / 1000);
        this.#audio.push({ dts, cts: 0, duration: samplesPerFrame, keyframe: true, data: unit.data });
      } else if (unit.kind === 'unsupported') {
        throw new Error(unit.reason);
      }
    }
  };

  end(): Transmuxed {
    const result: Transmuxed = {};
    if (this.#videoConfig) {
      this.#video.forEach((sample, i) => {
        sample.duration = (this.#video[i + 1]?.dts ?? sample.dts + 3000) - sample.dts;
      });
      result.video = { config: this.#videoConfig, file: file(this.#videoConfig, this.#video) };
    }
    if (this.#audioConfig) {
      result.audio = { config: this.#audioConfig, file: file(this.#audioConfig, this.#audio) };
    }
    return result;
  }
}

function file(config: VideoConfig | AudioConfig, samples: Sample[]): Buffer {
  const parts = [initSegment(config)];
  for (let i = 0; i < samples.length; i += FRAGMENT_SAMPLES) {
    parts.push(fragment(parts.length, config.kind, samples.slice(i, i + FRAGMENT_SAMPLES)));
  }
  return Buffer.concat(parts);
}

function transmux(flv: Buffer): Transmuxed {
  const transmuxer = new Transmuxer();
  const reader = new FlvReader(transmuxer.push);
  for (let at = 0; at < flv.length; at += 1400) reader.push(flv.subarray(at, at + 1400));
  return transmuxer.end();
}

/** The same pictures or sounds at the same times, apart from where the first one is. */
function expectSameFrames(
  kind: 'video' | 'audio',
  actual: Buffer,
  expected: { media: Buffer; extension: string },
): void {
  const got = decodeFrames(actual, 'mp4', kind);
  const wanted = decodeFrames(expected.media, expected.extension, kind);
  expect(got.map(({ hash }) => hash)).to.deep.equal(wanted.map(({ hash }) => hash));
  wanted.forEach(({ time }, i) => {
    expect(got[i]!.time - got[0]!.time).to.be.closeTo(time - wanted[0]!.time, 0.0011, `time of frame ${i}`);
  });
}

describe('fMP4 of H.264 and AAC', function () {
  this.timeout(120_000);

  for (const [name, encoding] of [
    ['without B-frames', ['-bf', '0', '-g', '15']],
    ['with B-frames', ['-bf', '3', '-g', '15']],
    ['with open groups of pictures', ['-bf', '2', '-g', '10', '-x264-params', 'open-gop=1:b-pyramid=normal']],
  ] as const) {
    it(`decodes as what ffmpeg copies from the same FLV, ${name}`, () => {
      const input = [...TEST_PICTURE, ...TEST_SOUND];
      const flv = makeMedia('flv', ...input, '-c:v', 'libx264', '-preset', 'veryfast', ...encoding, '-c:a', 'aac');
      const { video, audio } = transmux(flv);
      const copy = { media: makeMedia('mp4', '-i', stored(flv, 'flv'), '-c', 'copy'), extension: 'mp4' };
      expectSameFrames('video', video!.file, copy);
      expectSameFrames('audio', audio!.file, copy);

      const picture = probe(video!.file, 'mp4');
      expect(picture).to.include({ codec_name: 'h264', width: 320, height: 180, nb_read_frames: '30' });
      // Counted from the first decode time: with B-frames both tracks are shown up to two frames later.
      expect(Number(picture.duration)).to.be.closeTo(1, 0.08);
      const sound = probe(audio!.file, 'mp4');
      expect(sound).to.include({ codec_name: 'aac', sample_rate: '48000', channels: 1 });
      expect(Number(sound.duration)).to.be.closeTo(1, 0.08);
    });
  }
});

describe('HEVC, AV1 and Opus by Enhanced RTMP', function () {
  this.timeout(120_000);

  for (const [codec, codecName, fourCc, configurationPath, encoding] of [
    [
      'hevc',
      'HEVC',
      'hvc1',
      'hvc1/hvcC',
      ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error:bframes=2', '-tag:v', 'hvc1'],
    ],
    ['av1', 'AV1', 'av01', 'av01/av1C', ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-g', '15']],
  ] as const) {
    it(`decodes ${codecName} as ffmpeg decodes its own file`, () => {
      // In two steps: only the encoder's whole output says the configuration of AV1.
      const encoded = stored(makeMedia('mp4', ...TEST_PICTURE, ...encoding), 'mp4');
      const clock = ['-video_track_timescale', '1000'];
      const made = makeMedia('mp4', '-i', encoded, '-c', 'copy', ...clock, ...ONE_FRAME_A_FRAGMENT);
      const transmuxer = new Transmuxer();
      const configuration = boxAt(made, `moov/trak/mdia/minf/stbl/stsd/${configurationPath}`);
      transmuxer.push(
        enhancedVideo(fourCc, 0, 'configuration', { dts: 0, cts: 0, keyframe: true, data: configuration }),
      );
      for (const frame of readFrames(made)) {
        const withoutOffset = codec === 'av1' || frame.cts === 0;
        transmuxer.push(enhancedVideo(fourCc, frame.dts, withoutOffset && codec !== 'av1' ? 'frameX' : 'frame', frame));
      }
      const { video } = transmuxer.end();
      expect(video!.config).to.include({ codec, width: 320, height: 180 });
      expectSameFrames('video', video!.file, { media: made, extension: 'mp4' });
      expect(probe(video!.file, 'mp4')).to.include({
        codec_name: codec,
        width: 320,
        height: 180,
        nb_read_frames: '30',
      });
    });
  }

  it('decodes Opus as ffmpeg decodes its own file', () => {
    const made = makeMedia('mp4', ...TEST_SOUND, '-c:a', 'libopus', '-ac', '2', ...ONE_FRAME_A_FRAGMENT);
    const dOps = boxAt(made, 'moov/trak/mdia/minf/stbl/stsd/Opus/dOps');
    const transmuxer = new Transmuxer();
    transmuxer.push({
      type: FLV_AUDIO,
      timestamp: 0,
      data: Buffer.concat([Buffer.from([0x90]), Buffer.from('Opus'), opusHead(dOps)]),
    });
    for (const { dts, data } of readFrames(made)) {
      const body = Buffer.concat([Buffer.from([0x91]), Buffer.from('Opus'), data]);
      transmuxer.push({ type: FLV_AUDIO, timestamp: Math.max(0, Math.round(dts / 48)), data: body });
    }
    const { audio } = transmuxer.end();
    expect(audio!.config).to.include({ codec: 'opus', sampleRate: 48_000, channels: 2, samplesPerFrame: 960 });
    expect(audio!.config.description.equals(dOps)).to.equal(true);
    expectSameFrames('audio', audio!.file, { media: made, extension: 'mp4' });
  });
});

const ONE_FRAME_A_FRAGMENT = [
  '-use_editlist',
  '0',
  '-movflags',
  'empty_moov+default_base_moof+frag_every_frame+frag_discont+negative_cts_offsets',
];

function enhancedVideo(
  fourCc: string,
  timestamp: number,
  type: 'configuration' | 'frame' | 'frameX',
  frame: CodedFrame,
): FlvTag {
  const packetType = { configuration: 0, frame: 1, frameX: 3 }[type];
  const head = Buffer.from([0x80 | ((frame.keyframe ? 1 : 2) << 4) | packetType]);
  const offset = Buffer.alloc(type === 'frame' && fourCc !== 'av01' ? 3 : 0);
  if (offset.length > 0) offset.writeIntBE(frame.cts, 0, 3);
  return { type: FLV_VIDEO, timestamp, data: Buffer.concat([head, Buffer.from(fourCc), offset, frame.data]) };
}

/** The header of RFC 7845 that says the same as a `dOps`. */
function opusHead(dOps: Buffer): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead\x01', 'latin1');
  head[9] = dOps[1]!;
  head.writeUInt16LE(dOps.readUInt16BE(2), 10);
  head.writeUInt32LE(dOps.readUInt32BE(4), 12);
  head.writeInt16LE(dOps.readInt16BE(8), 16);
  head[18] = dOps[10]!;
  return head;
}
