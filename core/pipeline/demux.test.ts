import { expect } from 'chai';
import { boxAt } from '../../test/support/boxes.ts';
import { makeMedia } from '../../test/support/ffmpeg.ts';
import { Demuxer, type Unit } from './demux.ts';
import { FLV_AUDIO, FLV_SCRIPT, FLV_VIDEO, FlvError, FlvReader, type FlvTag } from './flv.ts';

const AVCC = Buffer.from(
  '0164000dffe1001a6764000dacd941419e226c0440000003004000000f03c50a658001000468ef8fcbfdf8f800',
  'hex',
);
const AAC_STEREO_48 = Buffer.from([0x11, 0x90]);
const OPUS_HEAD = Buffer.from('4f707573486561640102380180bb0000000000', 'hex');
const FRAME = Buffer.from('coded frame');

const bytes = (...parts: (number | string | Buffer)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'number') return Buffer.from([part]);
      return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
    }),
  );
const video = (...parts: (number | string | Buffer)[]): FlvTag => ({
  type: FLV_VIDEO,
  timestamp: 40,
  data: bytes(...parts),
});
const audio = (...parts: (number | string | Buffer)[]): FlvTag => ({
  type: FLV_AUDIO,
  timestamp: 21,
  data: bytes(...parts),
});
const s24 = (value: number): Buffer => {
  const out = Buffer.alloc(3);
  out.writeIntBE(value, 0, 3);
  return out;
};

const AVC_CONFIG = video(0x17, 0, s24(0), AVCC);
const AAC_CONFIG = audio(0xaf, 0, AAC_STEREO_48);

function demux(...tags: FlvTag[]): Unit[] {
  const demuxer = new Demuxer();
  return tags.flatMap((tag) => demuxer.push(tag));
}

/** The kinds, with the data of frames in words. */
function brief(units: Unit[]): string[] {
  return units.map((unit) => {
    if (unit.kind === 'video') return `video ${unit.time}+${unit.cts}${unit.keyframe ? ' key' : ''} ${unit.data}`;
    if (unit.kind === 'audio') return `audio ${unit.time} ${unit.data}`;
    if (unit.kind === 'config') return `config ${unit.config.codecString}`;
    return unit.kind === 'unsupported' ? `unsupported ${unit.reason}` : unit.kind;
  });
}

describe('the demuxer', () => {
  it('reads legacy H.264, with signed composition offsets', () => {
    const units = demux(AVC_CONFIG, video(0x17, 1, s24(80), FRAME), video(0x27, 1, s24(-40), FRAME));
    expect(brief(units)).to.deep.equal([
      'config avc1.64000d',
      'video 40+80 key coded frame',
      'video 40+-40 coded frame',
    ]);
  });

  it('reads legacy AAC', () => {
    const units = demux(AAC_CONFIG, audio(0xaf, 1, FRAME));
    expect(brief(units)).to.deep.equal(['config mp4a.40.2', 'audio 21 coded frame']);
    expect(units[0]).to.deep.nested.include({ 'config.sampleRate': 48_000, 'config.channels': 2 });
  });

  it('says a configuration again only when it has changed', () => {
    const other = Buffer.from([0x12, 0x10]);
    const units = demux(AAC_CONFIG, AAC_CONFIG, audio(0xaf, 0, other), audio(0xaf, 0, other), AAC_CONFIG);
    expect(
      units.map((unit) => unit.kind === 'config' && unit.config.kind === 'audio' && unit.config.sampleRate),
    ).to.deep.equal([48_000, 44_100, 48_000]);
  });

  it('leaves out frames without a configuration, empty tags, and ends of sequences', () => {
    const units = demux(
      video(0x17, 1, s24(0), FRAME),
      audio(0xaf, 1, FRAME),
      video(),
      audio(),
      AVC_CONFIG,
      video(0x17, 2),
      video(0x17, 1, s24(0)),
      video(0x57, 0),
      video(0xd1, 0),
    );
    expect(brief(units)).to.deep.equal(['config avc1.64000d']);
  });

  it('reads H.264 and AAC by FourCC', () => {
    const units = demux(
      video(0x90, 'avc1', AVCC),
      video(0x91, 'avc1', s24(33), FRAME),
      video(0xa3, 'avc1', FRAME),
      video(0xa2, 'avc1'),
      audio(0x90, 'mp4a', AAC_STEREO_48),
      audio(0x91, 'mp4a', FRAME),
    );
    expect(brief(units)).to.deep.equal([
      'config avc1.64000d',
      'video 40+33 key coded frame',
      'video 40+0 coded frame',
      'config mp4a.40.2',
      'audio 21 coded frame',
    ]);
  });

  it('says the configuration of Opus when a packet has said how long its frames are', () => {
    const packet = (configuration: number) => audio(0x91, 'Opus', configuration << 3, FRAME);
    const units = demux(audio(0x90, 'Opus', OPUS_HEAD), packet(30), packet(30));
    expect(units.map(({ kind }) => kind)).to.deep.equal(['config', 'audio', 'audio']);
    expect(units[0]).to.deep.nested.include({ 'config.samplesPerFrame': 480, 'config.codecString': 'opus' });
  });

  it('skips modifiers', () => {
    const nanoseconds = [0x97, 2, 0, 0, 7];
    const long = Buffer.alloc(300);
    const units = demux(
      AVC_CONFIG,
      video(...nanoseconds, 0x01, 'avc1', s24(5), FRAME),
      video(0xa7, 255, 300 >> 8, (300 & 0xff) - 1, long, 0x03, 'avc1', FRAME),
    );
    expect(brief(units).slice(1)).to.deep.equal(['video 40+5 key coded frame', 'video 40+0 coded frame']);
  });

  it('follows the first of several tracks', () => {
    const sized = (body: Buffer) => bytes(0, body.length >> 8, body.length & 0xff, body);
    const second = Buffer.from('second');
    const units = demux(
      video(0x96, 0x10, 'avc1', 0, sized(AVCC), 1, sized(AVCC)),
      video(0x96, 0x11, 'avc1', 0, sized(bytes(s24(0), FRAME)), 1, sized(bytes(s24(0), second))),
      video(0xa6, 0x23, 'avc1', 0, sized(FRAME), 'vp09', 1, sized(second)),
      video(0xa6, 0x03, 'avc1', 1, second),
      video(0xa6, 0x03, 'avc1', 0, FRAME),
      audio(0x95, 0x00, 'mp4a', 0, AAC_STEREO_48),
      audio(0x95, 0x01, 'mp4a', 0, FRAME),
      audio(0x95, 0x01, 'mp4a', 1, second),
    );
    expect(brief(units)).to.deep.equal([
      'config avc1.64000d',
      'video 40+0 key coded frame',
      'video 40+0 coded frame',
      'video 40+0 coded frame',
      'config mp4a.40.2',
      'audio 21 coded frame',
    ]);
  });

  it('says once of each codec that it is not supported, and goes on with one that is', () => {
    const units = demux(
      video(0x14, FRAME),
      video(0x24, FRAME),
      audio(0x2f, FRAME),
      audio(0x2f, FRAME),
      video(0x90, 'vp09', FRAME),
      video(0x90, '\x00\x01\x02\x03', FRAME),
      AVC_CONFIG,
    );
    expect(brief(units)).to.deep.equal([
      'unsupported The video is VP6; send H.264, or HEVC or AV1 by Enhanced RTMP.',
      'unsupported The sound is MP3; send AAC or Opus.',
      'unsupported The video is VP9; send H.264, or HEVC or AV1 by Enhanced RTMP.',
      'unsupported The video is an unknown codec; send H.264, or HEVC or AV1 by Enhanced RTMP.',
      'config avc1.64000d',
    ]);
  });

  it('says why a configuration cannot be used, and leaves out its frames until the next', () => {
    const units = demux(
      video(0x17, 0, s24(0), AVCC.subarray(0, 12)),
      video(0x17, 1, s24(0), FRAME),
      audio(0xaf, 0, 0),
      AVC_CONFIG,
      video(0x27, 1, s24(0), FRAME),
    );
    expect(brief(units)).to.deep.equal([
      'unsupported The H.264 configuration cannot be used: its sequence parameter set ends too early.',
      'unsupported The AAC configuration cannot be used: it ends too early.',
      'config avc1.64000d',
      'video 40+0 coded frame',
    ]);
  });

  it('refuses a tag that ends inside its header', () => {
    for (const tag of [
      video(0x17),
      video(0x17, 1, 0),
      video(0x91, 'av'),
      video(0x96, 0x10, 'avc1', 0, 0, 0, 9, 1),
      audio(0x97, 9),
    ]) {
      expect(() => demux(tag)).to.throw(FlvError, 'inside its header');
    }
  });

  it('reads what ffmpeg says of itself', () => {
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=24:duration=0.2'];
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=0.2'];
    const flv = makeMedia('flv', ...picture, ...sound, '-b:v', '300k', '-c:v', 'libx264', '-c:a', 'aac', '-b:a', '64k');
    const demuxer = new Demuxer();
    const units: Unit[] = [];
    new FlvReader((tag) => units.push(...demuxer.push(tag))).push(flv);
    const metadata = units.find((unit) => unit.kind === 'metadata')!;
    expect(metadata.frameRate).to.equal(24);
    // ffmpeg counts in 1024 bits.
    expect(metadata.videoBitrate).to.be.closeTo(300_000, 8_000);
    expect(metadata.audioBitrate).to.be.closeTo(64_000, 2_000);
    expect(metadata.encoder).to.match(/^Lavf/);
  });

  it('does not believe malformed metadata', () => {
    const script = (...parts: (number | string | Buffer)[]): FlvTag => ({
      type: FLV_SCRIPT,
      timestamp: 0,
      data: bytes(...parts),
    });
    const onMetaData = bytes(2, 0, 10, 'onMetaData');
    const nested = bytes(...Array.from({ length: 5000 }, () => bytes(3, 0, 1, 'a')));
    const many = bytes(10, 0xff, 0xff, 0xff, 0xff, Buffer.alloc(50_000, 5));
    for (const rest of [
      bytes(),
      bytes(99),
      nested,
      many,
      bytes(8, 0, 0, 0, 1, 0, 200, 'short'),
      bytes(12, 0xff, 0xff, 0xff, 0xff),
    ]) {
      expect(demux(script(onMetaData, rest))).to.deep.equal([]);
    }
    expect(demux(script(2, 0, 9, 'onCuePoint', 3, 0, 0, 9))).to.deep.equal([]);
    const negative = Buffer.alloc(8);
    negative.writeDoubleBE(-1);
    const [unit] = demux(script(onMetaData, 3, 0, 9, 'framerate', 0, negative, 0, 0, 9));
    expect(unit).to.deep.equal({
      kind: 'metadata',
      videoBitrate: null,
      audioBitrate: null,
      frameRate: null,
      encoder: null,
    });
  });

  it('reads HEVC with and without composition offsets', function () {
    this.timeout(60_000);
    const x265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error', '-tag:v', 'hvc1'];
    const mp4 = makeMedia('mp4', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:rate=5:duration=0.4', ...x265);
    const hvcC = boxAt(mp4, 'moov/trak/mdia/minf/stbl/stsd/hvc1/hvcC');
    const units = demux(video(0x90, 'hvc1', hvcC), video(0x91, 'hvc1', s24(-7), FRAME), video(0xa3, 'hvc1', FRAME));
    expect(brief(units).slice(1)).to.deep.equal(['video 40+-7 key coded frame', 'video 40+0 coded frame']);
  });
});
