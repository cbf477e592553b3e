/** Files as people have them, made on the spot: every frame in every rendition, at its time, whatever the file is. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AssetInit, EncodedRendition, FileFacts, InputFile, PipelinePlan, TranscodedSegment } from '#plugin-api';
import { decodeFrames, ffmpeg, stored } from '../../test/support/ffmpeg.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { media } from './media.ts';

const never = new AbortController().signal;
const picture = (size = '320x180', rate: number | string = 30, seconds = 2) => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`],
];
const tone = (seconds = 2) => ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

function made(extension: string, ...args: string[]): InputFile {
  const path = join(temporaryFolder(), `input.${extension}`);
  ffmpeg(...args, path);
  return { path, container: ['mkv', 'webm'].includes(extension) ? 'matroska' : 'mov' };
}

function rung(name: string, width: number, height: number): EncodedRendition {
  const rates = { bitrate: 300_000, maxBitrate: 360_000, bufferSize: 450_000 };
  return { name, width, height, ...rates, preset: 'ultrafast', profile: 'high' };
}

const encoded: PipelinePlan = { offerSource: false, renditions: [rung('a', 320, 180)], keyframes: { every: 2 } };

interface Made {
  facts: FileFacts;
  duration: number;
  inits: Map<string, AssetInit>;
  segments: TranscodedSegment[];
  /** Frames of a rendition, decoded from its initialization section and all its segments. */
  frames(rendition: string): { time: number; hash: string }[];
}

async function transcoded(
  file: InputFile,
  plan: PipelinePlan,
  {
    from = { sequence: 0, time: 0 },
    signal = never,
  }: { from?: { sequence: number; time: number }; signal?: AbortSignal } = {},
): Promise<Made> {
  const facts = await media.probe(file, never);
  const inits = new Map<string, AssetInit>();
  const segments: TranscodedSegment[] = [];
  const { duration } = await media.transcode({
    ...{ file, facts, plan, from, maxDuration: 60, signal },
    onInit: (init) => void inits.set(init.rendition, init),
    onSegment: async (segment) => void segments.push(segment),
    onProgress: () => undefined,
    onLine: () => undefined,
  });
  return {
    ...{ facts, duration, inits, segments },
    frames(rendition) {
      const own = segments.filter((segment) => segment.rendition === rendition).map(({ bytes }) => bytes);
      const init = inits.get(rendition)!;
      return decodeFrames(Buffer.concat([init.bytes, ...own]), 'mp4', init.kind);
    },
  };
}

/** When the frames of the rendition are shown, in milliseconds from the first: as their packets say, on no grid. */
function shownAt({ bytes, rendition }: AssetInit, segments: TranscodedSegment[]): number[] {
  const own = segments.filter((segment) => segment.rendition === rendition).map((segment) => segment.bytes);
  return packetTimes(stored(Buffer.concat([bytes, ...own]), 'mp4'));
}

function packetTimes(path: string): number[] {
  const entries = ['-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const seconds = execFileSync('ffprobe', ['-v', 'error', ...entries, path], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
  const sorted = seconds.sort((a, b) => a - b);
  return sorted.map((time) => Math.round((time - sorted[0]!) * 1000));
}

/** Times from the first, in milliseconds. */
const times = (frames: { time: number }[]) => frames.map(({ time }) => Math.round((time - frames[0]!.time) * 1000));

describe('media.transcode', function () {
  this.timeout(120_000);

  it('makes all renditions begin their segments at the same instants, and loses no frame', async () => {
    const file = made('mp4', ...picture('320x180', 25, 9), ...tone(9), ...h264, '-g', '250', '-bf', '2');
    const plan = { ...encoded, renditions: [rung('a', 320, 180), rung('b', 160, 90)] };
    const { segments, inits, frames, duration } = await transcoded(file, plan);
    const starts = (rendition: string) =>
      segments.filter((segment) => segment.rendition === rendition).map(({ sequence, start }) => [sequence, start]);
    expect(starts('a')).to.deep.equal([
      [0, 0],
      [1, 4],
      [2, 8],
    ]);
    expect(starts('b')).to.deep.equal(starts('a'));
    for (const [i, [sequence, start]] of starts('audio').entries()) {
      expect(sequence).to.equal(i);
      expect(start).to.be.closeTo(i * 4, 0.03);
    }
    expect(times(frames('a'))).to.deep.equal(Array.from({ length: 225 }, (_, i) => i * 40));
    expect(frames('b')).to.have.length(225);
    expect(duration).to.be.closeTo(9, 0.05);
    expect(inits.get('b')).to.include({ kind: 'video', width: 160, height: 90, frameRate: 25, listed: true });
    expect(inits.get('audio')).to.include({ kind: 'audio', sampleRate: 48_000, codec: 'mp4a.40.2' });
  });

  it("sends the source's own frames where the plan says so, and cuts the others at its keyframes", async () => {
    const file = made('mp4', ...picture('320x180', 30, 6), ...tone(6), ...h264, '-g', '45', '-bf', '2');
    const facts = await media.probe(file, never);
    expect(await media.keyframeInterval(file, facts.video!, never)).to.be.closeTo(1.5, 0.001);
    const { segments, frames } = await transcoded(file, {
      ...{ offerSource: true, renditions: [rung('b', 160, 90)], keyframes: 'source' },
    });
    const starts = (rendition: string) =>
      segments.filter((segment) => segment.rendition === rendition).map(({ start }) => Math.round(start * 1000));
    expect(starts('source')).to.deep.equal([0, 3000]);
    expect(starts('b')).to.deep.equal([0, 3000]);
    const original = decodeFrames(
      ffmpeg('-i', file.path, '-map', '0:v', '-c', 'copy', '-f', 'matroska', '-'),
      'mkv',
      'video',
    );
    expect(frames('source').map(({ hash }) => hash)).to.deep.equal(original.map(({ hash }) => hash));
    expect(times(frames('b'))).to.deep.equal(times(original));
  });

  it('goes on in the middle as if it had never stopped', async () => {
    const file = made('mp4', ...picture('320x180', 30, 9), ...tone(9), ...h264, '-g', '90', '-bf', '2');
    const whole = await transcoded(file, encoded);
    const rest = await transcoded(file, encoded, { from: { sequence: 1, time: 4 } });
    const shape = (segments: TranscodedSegment[]) =>
      segments
        .filter(({ rendition }) => rendition === 'a')
        .map(({ sequence, start, duration }) => ({ sequence, start, duration }));
    expect(shape(rest.segments)).to.deep.equal(shape(whole.segments).slice(1));
    expect(rest.frames('a')).to.have.length(150);
    expect(rest.inits.get('a')!.bytes).to.deep.equal(whole.inits.get('a')!.bytes);
    const sound = rest.segments.find(({ rendition }) => rendition === 'audio')!;
    expect(sound.start).to.be.closeTo(4, 0.025);
  });

  it('goes on at a time that no decimal fraction says, with its own frames and others', async () => {
    const file = made('mp4', ...picture('320x180', '30000/1001', 9), ...tone(9), ...h264, '-g', '30', '-bf', '2');
    for (const plan of [
      { ...encoded, keyframes: 'source' as const },
      { offerSource: true, renditions: [], keyframes: 'source' as const },
    ]) {
      const whole = await transcoded(file, plan);
      const [first] = whole.inits.keys();
      const second = whole.segments.find(({ rendition, sequence }) => rendition === first && sequence === 1)!;
      const rest = await transcoded(file, plan, { from: { sequence: 1, time: second.start } });
      const again = rest.segments.find(({ rendition }) => rendition === first)!;
      expect(again).to.include({ sequence: 1, start: second.start, duration: second.duration });
      expect(rest.frames(first!)).to.have.length(270 - 120);
    }
  });

  it('keeps the times of a variable frame rate', async () => {
    const uneven = [
      '-vf',
      "settb=1/1000,setpts='if(lt(N,20),N/10,2+(N-20)/40)/TB'",
      '-fps_mode',
      'passthrough',
      '-enc_time_base',
      '1:1000',
    ];
    const file = made('mkv', ...picture('320x180', 30, 2), ...uneven, ...h264);
    const { inits, segments } = await transcoded(file, encoded);
    const expected = packetTimes(file.path);
    expect(new Set(expected.map((time, i) => time - (expected[i - 1] ?? 0)))).to.include.members([25, 100]);
    expect(shownAt(inits.get('a')!, segments)).to.deep.equal(expected);
  });

  const codecs: [string, string, string[]][] = [
    ['HEVC', 'mp4', ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-tag:v', 'hvc1']],
    ['VP9 with Opus', 'webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus']],
    ['AV1', 'mkv', ['-c:v', 'libsvtav1', '-preset', '12']],
    ['ProRes with PCM', 'mov', ['-c:v', 'prores_ks', '-profile:v', '0', '-c:a', 'pcm_s16le']],
    ['10 bits of H.264', 'mp4', ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le']],
    ['interlaced MPEG-4', 'mp4', ['-c:v', 'mpeg4', '-flags', '+ildct+ilme', '-top', '1']],
  ];
  for (const [name, extension, encoder] of codecs) {
    it(`takes ${name}`, async () => {
      const file = made(extension, ...picture('320x180', 30, 1), ...tone(1), ...encoder);
      const { frames } = await transcoded(file, encoded);
      expect(frames('a')).to.have.length(30);
      expect(frames('audio').length).to.be.greaterThan(40);
    });
  }

  it('sees a picture as it is displayed: turned, and of oblong pixels', async () => {
    const upright = made('mp4', ...picture('320x180', 10, 1), ...h264);
    const turned = made('mp4', '-i', upright.path, '-c', 'copy', '-metadata:s:v', 'rotate=90');
    expect((await media.probe(turned, never)).video).to.include({ width: 180, height: 320, plain: false });
    const plan = { ...encoded, renditions: [rung('a', 180, 320)] };
    expect((await transcoded(turned, plan)).inits.get('a')).to.include({ width: 180, height: 320 });
    const oblong = made('mp4', ...picture('180x180', 10, 1), ...h264, '-vf', 'setsar=16/9');
    expect((await media.probe(oblong, never)).video).to.include({ width: 320, height: 180, plain: false });
  });

  it('maps a picture of high dynamic range to an ordinary one', async () => {
    const pq = ['-color_primaries', 'bt2020', '-color_trc', 'smpte2084', '-colorspace', 'bt2020nc'];
    const codec = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le', '-x265-params'];
    const params = 'log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc';
    const file = made('mp4', ...picture('320x180', 10, 1), ...codec, params, ...pq, '-tag:v', 'hvc1');
    const { facts, frames } = await transcoded(file, encoded);
    expect(facts.video!.highDynamicRange).to.equal('pq');
    expect(frames('a')).to.have.length(10);
  });

  it('takes the sound that is marked as default, and begins it with the picture', async () => {
    const sounds = [...tone(2), '-f', 'lavfi', '-i', 'sine=frequency=880:duration=2'];
    const which = ['-map', '0', '-map', '1', '-map', '2', '-disposition:a:0', '0', '-disposition:a:1', 'default'];
    const file = made('mkv', ...picture(), ...sounds, ...which, ...h264, '-c:a', 'aac');
    expect(await media.probe(file, never)).to.deep.include({ audioStreams: 2 });
    expect((await media.probe(file, never)).audio).to.include({ index: 2 });
    const late = made(
      'mkv',
      '-i',
      file.path,
      '-itsoffset',
      '1',
      '-i',
      file.path,
      '-map',
      '0:v',
      '-map',
      '1:a:0',
      '-c',
      'copy',
    );
    const { segments } = await transcoded(late, encoded);
    expect(segments.find(({ rendition }) => rendition === 'audio')!.start).to.be.closeTo(0, 0.025);
  });

  it('takes a picture without sound, and a sound without picture', async () => {
    const silent = await transcoded(made('mp4', ...picture('322x182', 30, 1), ...h264), encoded);
    expect([...silent.inits.keys()]).to.deep.equal(['a']);
    const plan = { ...encoded, renditions: [] };
    const heard = await transcoded(made('mp4', ...tone(9)), plan);
    expect([...heard.inits.keys()]).to.deep.equal(['audio']);
    expect(heard.segments.map(({ sequence }) => sequence)).to.deep.equal([0, 1, 2]);
    expect(heard.duration).to.be.closeTo(9, 0.05);
  });

  it('ends ffmpeg at once when it is told to', async () => {
    const file = made('mp4', ...picture('320x180', 30, 2), ...h264);
    const abort = new AbortController();
    const reason = new Error('enough');
    const work = transcoded(
      file,
      { ...encoded, renditions: [{ ...rung('a', 320, 180), preset: 'placebo' }] },
      abort,
    ).catch((error: unknown) => error);
    abort.abort(reason);
    expect(await work).to.equal(reason);
  });

  it('hands on what refused a segment', async () => {
    const file = made('mp4', ...picture('320x180', 30, 1), ...h264);
    const facts = await media.probe(file, never);
    const full = new Error('the disk is full');
    const work = media.transcode({
      ...{ file, facts, plan: encoded, from: { sequence: 0, time: 0 }, maxDuration: 60, signal: never },
      onInit: () => undefined,
      onSegment: () => Promise.reject(full),
      onProgress: () => undefined,
      onLine: () => undefined,
    });
    expect(await work.catch((error: unknown) => error)).to.equal(full);
  });
});
