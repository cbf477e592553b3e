import { expect } from 'chai';
import { boxAt, readBoxes } from '../../test/support/boxes.ts';
import { fragment, initSegment } from './mp4.ts';
import type { AudioConfig, Sample, VideoConfig } from './track.ts';

const AVCC = Buffer.from(
  '0164000dffe1001a6764000dacd941419e226c044000000300400000 0f03c50a658001000468ef8fcbfdf8f800'.replace(' ', ''),
  'hex',
);
const VIDEO: VideoConfig = {
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.64000d',
  width: 322,
  height: 182,
  frameRate: 30,
  description: AVCC,
};
const AUDIO: AudioConfig = {
  kind: 'audio',
  codec: 'aac',
  codecString: 'mp4a.40.2',
  sampleRate: 44_100,
  channels: 2,
  samplesPerFrame: 1024,
  description: Buffer.from([0x12, 0x10]),
};
const types = (bytes: Buffer) => readBoxes(bytes).map(({ type }) => type);

describe('an initialization section', () => {
  it('is ftyp and moov, with the brands of CMAF', () => {
    const init = initSegment(VIDEO);
    expect(types(init)).to.deep.equal(['ftyp', 'moov']);
    const brands = boxAt(init, 'ftyp').toString('latin1');
    expect(brands.slice(0, 4)).to.equal('iso6');
    expect(brands.slice(8)).to.equal('iso6cmfcmp41');
    expect(types(boxAt(init, 'moov'))).to.deep.equal(['mvhd', 'trak', 'mvex']);
    expect(types(boxAt(init, 'moov/trak'))).to.deep.equal(['tkhd', 'mdia']);
    expect(types(boxAt(init, 'moov/trak/mdia'))).to.deep.equal(['mdhd', 'hdlr', 'minf']);
  });

  it('says the size, the timescale and the configuration of video', () => {
    const init = initSegment(VIDEO);
    const tkhd = boxAt(init, 'moov/trak/tkhd');
    expect(tkhd.readUInt32BE(12), 'track id').to.equal(1);
    expect(tkhd.readUInt32BE(76) / 0x1_00_00).to.equal(322);
    expect(tkhd.readUInt32BE(80) / 0x1_00_00).to.equal(182);
    expect(boxAt(init, 'moov/trak/mdia/mdhd').readUInt32BE(12)).to.equal(90_000);
    expect(boxAt(init, 'moov/trak/mdia/hdlr').toString('latin1', 8, 12)).to.equal('vide');
    expect(types(boxAt(init, 'moov/trak/mdia/minf'))).to.deep.equal(['vmhd', 'dinf', 'stbl']);
    const avc1 = boxAt(init, 'moov/trak/mdia/minf/stbl/stsd/avc1');
    expect([avc1.readUInt16BE(24), avc1.readUInt16BE(26)]).to.deep.equal([322, 182]);
    expect(boxAt(init, 'moov/trak/mdia/minf/stbl/stsd/avc1/avcC').equals(AVCC)).to.equal(true);
    expect(boxAt(init, 'moov/mvex/trex').readUInt32BE(20), 'default flags').to.equal(0x01_01_00_00);
  });

  it('names the entry of each codec', () => {
    const entry = (config: VideoConfig | AudioConfig) =>
      types(boxAt(initSegment(config), 'moov/trak/mdia/minf/stbl/stsd').subarray(8));
    expect(entry({ ...VIDEO, codec: 'hevc' })).to.deep.equal(['hvc1']);
    expect(entry({ ...VIDEO, codec: 'av1' })).to.deep.equal(['av01']);
    expect(entry({ ...AUDIO, codec: 'opus' })).to.deep.equal(['Opus']);
  });

  it('says the rate, the channels and the configuration of AAC', () => {
    const init = initSegment(AUDIO);
    expect(boxAt(init, 'moov/trak/mdia/mdhd').readUInt32BE(12)).to.equal(44_100);
    expect(types(boxAt(init, 'moov/trak/mdia/minf'))).to.deep.equal(['smhd', 'dinf', 'stbl']);
    const mp4a = boxAt(init, 'moov/trak/mdia/minf/stbl/stsd/mp4a');
    expect(mp4a.readUInt16BE(16)).to.equal(2);
    expect(mp4a.readUInt32BE(24) / 0x1_00_00).to.equal(44_100);
    const esds = boxAt(init, 'moov/trak/mdia/minf/stbl/stsd/mp4a/esds');
    // ES_Descriptor, DecoderConfigDescriptor (MPEG-4 audio), DecoderSpecificInfo, SLConfigDescriptor.
    expect(esds.toString('hex')).to.equal(
      `00000000${'0380808022'}000100${'0480808014'}401500000000000000 00000000${'0580808002'}1210${'0680808001'}02`.replace(
        ' ',
        '',
      ),
    );
    expect(boxAt(init, 'moov/mvex/trex').readUInt32BE(20), 'default flags').to.equal(0x02_00_00_00);
  });

  it('leaves out a rate that its field cannot hold', () => {
    const init = initSegment({ ...AUDIO, sampleRate: 96_000 });
    expect(boxAt(init, 'moov/trak/mdia/minf/stbl/stsd/mp4a').readUInt32BE(24)).to.equal(0);
    expect(boxAt(init, 'moov/trak/mdia/mdhd').readUInt32BE(12)).to.equal(96_000);
  });
});

describe('a fragment', () => {
  const samples: Sample[] = [
    { dts: 2 ** 33 + 5, cts: 6000, duration: 3000, keyframe: true, data: Buffer.from('first') },
    { dts: 2 ** 33 + 3005, cts: -3000, duration: 2999, keyframe: false, data: Buffer.from('the second') },
  ];

  it('of video says time, duration, size, flags and signed offset of each frame', () => {
    const bytes = fragment(7, 'video', samples);
    expect(types(bytes)).to.deep.equal(['moof', 'mdat']);
    expect(boxAt(bytes, 'moof/mfhd').readUInt32BE(4)).to.equal(7);
    const tfhd = boxAt(bytes, 'moof/traf/tfhd');
    expect([tfhd.readUInt32BE(0), tfhd.readUInt32BE(4)]).to.deep.equal([0x02_00_00, 1]);
    const tfdt = boxAt(bytes, 'moof/traf/tfdt');
    expect(tfdt[0]).to.equal(1);
    expect(tfdt.readBigUInt64BE(4)).to.equal(2n ** 33n + 5n);
    const trun = boxAt(bytes, 'moof/traf/trun');
    expect(trun.readUInt32BE(0)).to.equal(0x01_00_0f_01);
    expect(trun.readUInt32BE(4)).to.equal(2);
    expect(bytes.toString('latin1', trun.readInt32BE(8))).to.equal('firstthe second');
    const row = (at: number) =>
      [0, 4, 8].map((field) => trun.readUInt32BE(at + field)).concat(trun.readInt32BE(at + 12));
    expect(row(12)).to.deep.equal([3000, 5, 0x02_00_00_00, 6000]);
    expect(row(28)).to.deep.equal([2999, 10, 0x01_01_00_00, -3000]);
    expect(trun.length).to.equal(44);
  });

  it('of audio says duration and size of each frame', () => {
    const bytes = fragment(1, 'audio', samples);
    const trun = boxAt(bytes, 'moof/traf/trun');
    expect(trun.readUInt32BE(0)).to.equal(0x01_00_03_01);
    expect(trun.length).to.equal(12 + 2 * 8);
    expect(boxAt(bytes, 'mdat').toString()).to.equal('firstthe second');
  });
});
