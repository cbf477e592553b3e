/** Tracks put together as one file, as ffmpeg and ffprobe see it. The whole of it: downloads and recordings, and their tests. */
import { expect } from 'chai';
import { decodeFrames, makeMedia, probe } from '../test/support/ffmpeg.ts';
import { decodeTime, joinInits, placeSegment, timescale } from './index.ts';

const FRAGMENTED = ['-movflags', 'empty_moov+default_base_moof+frag_keyframe'];
const PICTURE = [
  '-f',
  'lavfi',
  '-i',
  'testsrc2=size=160x90:rate=25',
  '-t',
  '2',
  '-c:v',
  'libx264',
  '-bf',
  '0',
  '-g',
  '25',
];
const SOUND = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000', '-t', '2', '-c:a', 'aac'];

/** Cuts a file behind its `moov`. */
function split(file: Buffer): { init: Buffer; media: Buffer } {
  const at = file.indexOf('moov') - 4;
  const end = at + file.readUInt32BE(at);
  return { init: file.subarray(0, end), media: file.subarray(end) };
}

function box(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
}

describe('fragmented MP4', () => {
  const video = split(makeMedia('mp4', ...PICTURE, ...FRAGMENTED));
  const audio = split(makeMedia('mp4', ...SOUND, ...FRAGMENTED));
  // Behind the last fragment ffmpeg writes an index of them.
  const media = (bytes: Buffer) => bytes.subarray(0, bytes.lastIndexOf('mfra') - 4);

  it('is one file of two tracks, each with its own times', () => {
    const picture = placeSegment(Buffer.from(media(video.media)), { track: 1, sequence: 1, earlier: 0 });
    const sound = placeSegment(Buffer.from(media(audio.media)), { track: 2, sequence: 1000, earlier: 0 });
    expect(picture.fragments).to.equal(2);
    const whole = Buffer.concat([joinInits([video.init, audio.init]), picture.bytes, sound.bytes]);
    expect(decodeFrames(whole, 'mp4', 'video')).to.deep.equal(
      decodeFrames(Buffer.concat([video.init, video.media]), 'mp4', 'video'),
    );
    expect(decodeFrames(whole, 'mp4', 'audio').length).to.be.above(90);
  });

  it('has the size of its pieces, and leaves out what is no fragment', () => {
    const pure = Buffer.from(media(video.media));
    expect(placeSegment(pure, { track: 1, sequence: 1, earlier: 0 }).bytes).to.have.length(pure.length);
    const indexed = Buffer.concat([box('styp', Buffer.from('iso6')), box('sidx', Buffer.alloc(20)), pure]);
    expect(placeSegment(indexed, { track: 1, sequence: 1, earlier: 0 }).bytes).to.have.length(pure.length);
  });

  it('begins as much earlier as is said, never before 0', () => {
    const second = media(video.media).subarray(media(video.media).lastIndexOf('moof') - 4);
    expect(decodeTime(second)).to.equal(timescale(video.init));
    const moved = (earlier: number) =>
      decodeTime(placeSegment(Buffer.from(second), { track: 1, sequence: 1, earlier }).bytes);
    expect(moved(100)).to.equal(timescale(video.init) - 100);
    expect(moved(timescale(video.init) + 1)).to.equal(0);
  });

  it('leaves initialization sections as they are, and copies no fragment', () => {
    const init = Buffer.from(video.init);
    joinInits([video.init, audio.init]);
    expect(video.init.equals(init)).to.equal(true);
    const given = Buffer.from(media(video.media));
    expect(placeSegment(given, { track: 7, sequence: 9, earlier: 0 }).bytes.buffer).to.equal(given.buffer);
    expect(probe(Buffer.concat([video.init, video.media]), 'mp4').nb_read_frames).to.equal('50');
  });

  it('refuses what is cut', () => {
    const pure = Buffer.from(media(video.media));
    expect(() => placeSegment(pure.subarray(0, -1), { track: 1, sequence: 1, earlier: 0 })).to.throw(RangeError);
    expect(() => joinInits([video.init.subarray(0, 40)])).to.throw(RangeError);
  });
});
