/** What the packager makes of a real encoder's stream, decoded by ffmpeg. */
import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { type PackagedRendition, RecordingSink } from '../../test/support/packaged.ts';
import { Demuxer } from './demux.ts';
import { FlvReader } from './flv.ts';
import { Packager } from './packager.ts';
import { Timeline } from './timeline.ts';

/** Publishes FLV bytes to a packager, as a connection of its own. */
function publish(packager: Packager, timeline: Timeline, flv: Buffer): void {
  const demuxer = new Demuxer();
  const reader = new FlvReader((tag) => {
    for (const unit of demuxer.push(tag)) {
      if (unit.kind === 'config') packager.config(unit.config.kind === 'video' ? 'source' : 'audio', unit.config);
      if (unit.kind === 'video') {
        const { time } = timeline.map('video', unit.time);
        packager.frame('source', { dts: time, cts: unit.cts, keyframe: unit.keyframe, data: unit.data });
      }
      if (unit.kind === 'audio') {
        const { time } = timeline.map('audio', unit.time);
        packager.frame('audio', { dts: time, cts: 0, keyframe: true, data: unit.data });
      }
    }
  });
  reader.push(flv);
}

function flv(args: string[]): Buffer {
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30000/1001', '-f', 'lavfi', '-i', 'sine=r=44100'];
  return execFileSync('ffmpeg', ['-v', 'error', ...input, '-t', '4', '-c:a', 'aac', ...args, '-f', 'flv', 'pipe:1'], {
    maxBuffer: 1 << 26,
  });
}

/** All segments behind their initialization section; how many frames ffmpeg decodes of it, and what it complains of. */
function decode({ inits, segments }: PackagedRendition): { frames: number; complaints: string } {
  const bytes = [inits[0]!.init.bytes, ...segments.flatMap(({ parts }) => parts.map((part) => part.bytes))];
  const { stdout, stderr } = spawnSync(
    'ffmpeg',
    ['-v', 'warning', '-copyts', '-i', 'pipe:0', '-f', 'framecrc', 'pipe:1'],
    { input: Buffer.concat(bytes), encoding: 'latin1' },
  );
  return { frames: stdout.split('\n').filter((line) => /^\d/.test(line)).length, complaints: stderr };
}

describe('Packager, with a real stream', () => {
  it('makes of B-frames and a second connection what decodes without a warning', () => {
    const sink = new RecordingSink();
    const packager = new Packager({ latency: 'low', sink });
    const timeline = new Timeline();
    const stream = flv(['-c:v', 'libx264', '-preset', 'veryfast', '-g', '30', '-bf', '2']);
    packager.plan({ leader: 'source', video: ['source'], audio: true });
    publish(packager, timeline, stream);
    packager.flush();
    timeline.rebase();
    packager.publisherChanged();
    publish(packager, timeline, stream);
    packager.end();

    const video = sink.of('source');
    const audio = sink.of('audio');
    expect(video.segments.map(({ discontinuity }) => discontinuity)).to.deep.equal([
      ...[false, false, false, false],
      ...[true, false, false, false],
    ]);
    expect(audio.segments.map(({ sequence }) => sequence)).to.deep.equal(
      video.segments.map(({ sequence }) => sequence),
    );
    expect(video.inits).to.have.length(1);
    expect(video.inits[0]!.partTarget).to.be.closeTo(0.2002, 1e-5);
    expect(video.segments[0]!.parts.map(({ samples }) => samples.length)).to.deep.equal([6, 6, 6, 6, 6]);
    expect(decode(video)).to.deep.equal({ frames: 240, complaints: '' });
    const sound = decode(audio);
    expect(sound.complaints).to.equal('');
    expect(sound.frames).to.be.greaterThan(340);
  });

  it('fills a gap in the sound with what decodes as silence', () => {
    const sink = new RecordingSink();
    const packager = new Packager({ latency: 'standard', sink });
    packager.plan({ leader: 'audio', video: [], audio: true });
    const demuxer = new Demuxer();
    const reader = new FlvReader((tag) => {
      for (const unit of demuxer.push(tag)) {
        if (unit.kind === 'config' && unit.config.kind === 'audio') packager.config('audio', unit.config);
        if (unit.kind !== 'audio' || (unit.time > 1000 && unit.time < 3000)) continue;
        packager.frame('audio', { dts: unit.time, cts: 0, keyframe: true, data: unit.data });
      }
    });
    reader.push(flv(['-c:v', 'libx264', '-preset', 'ultrafast']));
    packager.end();
    const { segments } = sink.of('audio');
    expect(segments.map(({ start }) => start)[1]).to.be.within(1.9, 2);
    for (const { parts } of segments) {
      for (const part of parts) expect(part.duration).to.be.at.most(sink.of('audio').inits[0]!.partTarget);
    }
    const bytes = [
      sink.of('audio').inits[0]!.init.bytes,
      ...segments.flatMap(({ parts }) => parts.map((p) => p.bytes)),
    ];
    const { stderr } = spawnSync(
      'ffmpeg',
      ['-v', 'info', '-i', 'pipe:0', '-af', 'silencedetect=noise=-60dB:d=1.5', '-f', 'null', '-'],
      { input: Buffer.concat(bytes), encoding: 'latin1' },
    );
    expect(stderr).to.match(/silence_duration: (1\.9|2\.0)/);
    expect(stderr).to.not.match(/error|invalid/i);
  });
});
