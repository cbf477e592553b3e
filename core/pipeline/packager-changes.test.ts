/** The packager where things change or go wrong: plans, configurations, restarts, gaps, missing keyframes. */
import { expect } from 'chai';
import type { RecordingSink } from '../../test/support/packaged.ts';
import {
  audio,
  audioFrames,
  checkInvariants,
  checkParts,
  encoded,
  feed,
  setup,
  sourceFrames,
  video,
} from './test-frames.ts';

const sequences = (sink: RecordingSink, name: string) => sink.of(name).segments.map(({ sequence }) => sequence);
const starts = (sink: RecordingSink, name: string) => sink.of(name).segments.map(({ start }) => start);
const startingAt = (ms: number) => (frame: { dts: number }) => frame.dts >= ms;
const endingAt = (ms: number) => (frame: { dts: number }) => frame.dts < ms;

describe('Packager, when things change', () => {
  it('goes on where another process stopped, with a discontinuity and a new date', () => {
    const resume = { sequence: 41, endTime: 100_000, inits: { source: 3 } };
    const { packager, sink } = setup('standard', resume);
    packager.plan({ leader: 'source', video: ['source'], audio: true });
    packager.config('source', video(30));
    packager.config('audio', audio(48_000));
    feed(packager, [
      { rendition: 'source', frames: sourceFrames(30, [60, 60], false, 100_000) },
      { rendition: 'audio', frames: audioFrames(48_000, 104_000, 100_000) },
    ]);
    packager.end();
    for (const name of ['source', 'audio']) {
      expect(sequences(sink, name)).to.deep.equal([41, 42]);
      expect(sink.of(name).segments.map(({ discontinuity }) => discontinuity)).to.deep.equal([true, false]);
      expect(sink.of(name).segments[0]!.start).to.be.closeTo(100, 0.022);
    }
    expect(sink.of('source').inits.map(({ init }) => init.number)).to.deep.equal([3]);
  });

  it('lets a new rung begin at the next boundary with its number, and closes one that goes', () => {
    const { packager, sink } = setup('standard');
    const source = sourceFrames(30, [60, 60, 60, 60], true);
    const rung = encoded(source);
    packager.config('source', video(30));
    packager.plan({ leader: 'source', video: ['source', '360p'], audio: false });
    packager.config('360p', video(30));
    packager.config('720p', video(30));
    feed(packager, [
      { rendition: 'source', frames: source.filter(endingAt(3000)) },
      { rendition: '360p', frames: rung.filter(endingAt(3000)), late: 50 },
    ]);
    packager.plan({ leader: 'source', video: ['source', '720p'], audio: false });
    feed(packager, [
      { rendition: 'source', frames: source.filter(startingAt(3000)) },
      { rendition: '360p', frames: rung.filter(startingAt(3000)), late: 50 },
      { rendition: '720p', frames: rung.filter(startingAt(2500)), late: 900 },
    ]);
    packager.end();
    checkInvariants(sink, {});
    expect(sequences(sink, 'source')).to.deep.equal([0, 1, 2, 3]);
    expect(sequences(sink, '360p')).to.deep.equal([0, 1]);
    expect(sequences(sink, '720p')).to.deep.equal([2, 3]);
    expect(sink.of('360p').segments.every(({ complete }) => complete)).to.equal(true);
  });

  it('lets a rung lead that comes late, the others and the sound waiting for it, and the source apart', () => {
    const { packager, sink, irregularities } = setup('low');
    const source = sourceFrames(30, [300], false);
    const rung = source.map((frame, index) => ({ ...frame, keyframe: index % 30 === 0 }));
    packager.plan({ leader: '720p', video: ['720p', '360p'], audio: true, apart: ['source'] });
    for (const name of ['source', '720p', '360p']) packager.config(name, video(30));
    packager.config('audio', audio(48_000));
    feed(packager, [
      { rendition: 'source', frames: source },
      { rendition: '720p', frames: rung, late: 400 },
      { rendition: '360p', frames: rung, late: 100 },
      { rendition: 'audio', frames: audioFrames(48_000, 10_000) },
    ]);
    packager.end();
    expect(starts(sink, '720p')).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(starts(sink, '360p')).to.deep.equal(starts(sink, '720p'));
    expect(sequences(sink, 'audio')).to.deep.equal(sequences(sink, '720p'));
    expect(starts(sink, 'source')).to.deep.equal([0]);
    sink.renditions.delete('source');
    checkInvariants(sink, { audio: 48_000 });
    checkParts(sink);
    expect(irregularities).to.deep.equal([]);
  });

  it('keeps the sound for a leader whose encoder comes up slowly, dies, and sends again what is out', () => {
    const { packager, sink, irregularities } = setup('standard');
    const rung = sourceFrames(30, [60, 60, 60], false);
    packager.plan({ leader: '720p', video: ['720p'], audio: true });
    packager.config('720p', video(30));
    packager.config('audio', audio(48_000));
    feed(packager, [
      { rendition: '720p', frames: rung.filter(endingAt(3000)), late: 4000 },
      { rendition: '720p', frames: rung.filter(startingAt(2000)), late: 6000 },
      { rendition: 'audio', frames: audioFrames(48_000, 6000) },
    ]);
    packager.end();
    checkInvariants(sink, { audio: 48_000 });
    expect(starts(sink, '720p')).to.deep.equal([0, 2, 4]);
    expect(sequences(sink, 'audio')).to.deep.equal([0, 1, 2]);
    const samples = sink.of('audio').segments.flatMap(({ parts }) => parts.flatMap((part) => part.samples));
    expect(samples).to.have.length(282);
    expect(irregularities).to.deep.equal([]);
  });

  it('hands the lead to a rung in the middle, without cutting what has passed already', () => {
    const { packager, sink } = setup('standard');
    const source = sourceFrames(30, [60, 300], false);
    const sound = audioFrames(48_000, 12_000);
    packager.plan({ leader: 'source', video: ['source', '360p'], audio: true });
    for (const name of ['source', '720p', '360p']) packager.config(name, video(30));
    packager.config('audio', audio(48_000));
    feed(packager, [
      { rendition: 'source', frames: source.filter(endingAt(7000)) },
      { rendition: '360p', frames: source.filter(endingAt(6500)), late: 100 },
      { rendition: 'audio', frames: sound.filter(endingAt(7000)) },
    ]);
    packager.plan({ leader: '720p', video: ['720p', '360p'], audio: true, apart: ['source'] });
    const rung = source.filter(startingAt(2000)).map((frame) => ({ ...frame, keyframe: frame.dts % 2000 === 0 }));
    feed(packager, [
      { rendition: 'source', frames: source.filter(startingAt(7000)), late: -7000 },
      { rendition: '720p', frames: rung, late: -4500 },
      { rendition: '360p', frames: rung, late: -4500 },
      { rendition: 'audio', frames: sound.filter(startingAt(7000)), late: -7000 },
    ]);
    packager.end();
    expect(starts(sink, '720p')).to.deep.equal([2, 8, 10]);
    expect(sequences(sink, '720p')).to.deep.equal([1, 2, 3]);
    expect(starts(sink, '360p')).to.deep.equal([0, 2, 8, 10]);
    expect(sequences(sink, 'audio')).to.deep.equal([0, 1, 2, 3]);
    sink.renditions.delete('source');
    checkInvariants(sink, { audio: 48_000 });
  });

  it('cuts a rung that lacks a keyframe where the others are cut, and says so', () => {
    const { packager, sink, irregularities } = setup('standard');
    const source = sourceFrames(30, [60, 60, 60], false);
    packager.config('source', video(30));
    packager.config('360p', video(30));
    packager.plan({ leader: 'source', video: ['source', '360p'], audio: false });
    feed(packager, [
      { rendition: 'source', frames: source },
      {
        rendition: '360p',
        frames: source.map((frame) => ({ ...frame, keyframe: frame.keyframe && frame.dts !== 2000 })),
      },
    ]);
    packager.end();
    checkInvariants(sink, {});
    expect(sink.of('360p').segments.map(({ parts }) => parts[0]!.independent)).to.deep.equal([true, false, true]);
    expect(irregularities).to.deep.equal([{ kind: 'boundary_without_keyframe', rendition: '360p', at: 2000 }]);
  });

  it('begins a segment everywhere when the source or the sound is coded in another way', () => {
    const { packager, sink } = setup('standard');
    const source = sourceFrames(30, [60, 60, 60], false);
    const sound = audioFrames(48_000, 6000);
    packager.config('source', video(30));
    packager.config('audio', audio(48_000));
    packager.plan({ leader: 'source', video: ['source'], audio: true });
    const both = (from: number, to: number) =>
      feed(packager, [
        { rendition: 'source', frames: source.filter(startingAt(from)).filter(endingAt(to)) },
        { rendition: 'audio', frames: sound.filter(startingAt(from)).filter(endingAt(to)) },
      ]);
    both(0, 2000);
    packager.config('source', video(30, 'b'));
    packager.config('source', video(30, 'b'));
    both(2000, 3900);
    packager.config('audio', audio(48_000, 'b'));
    both(3900, 6000);
    packager.end();
    for (const name of ['source', 'audio']) {
      expect(sink.of(name).segments.map(({ discontinuity }) => discontinuity)).to.deep.equal([false, true, true]);
    }
    expect(sink.of('source').segments.map(({ init }) => init)).to.deep.equal([0, 1, 1]);
    expect(sink.of('audio').segments.map(({ init }) => init)).to.deep.equal([0, 0, 1]);
    const dates = sink.of('source').segments.map(({ programDateTime }) => programDateTime);
    expect(dates.map((date) => date - dates[0]!)).to.deep.equal([0, 2000, 4000]);
    checkInvariants(sink, { audio: 48_000 });
  });
});

describe('Packager, with irregular times', () => {
  it('never leaves a gap or an overlap, with frames at any intervals', () => {
    const { packager, sink } = setup('low');
    packager.config('source', video(null));
    packager.plan({ leader: 'source', video: ['source'], audio: false });
    let dts = 0;
    let seed = 1;
    const frames = Array.from({ length: 600 }, (_, index) => {
      seed = (seed * 48_271) % 0x7fffffff;
      dts += 5 + (seed % 60);
      return { dts, cts: 0, keyframe: index % 50 === 0, data: Buffer.alloc(10) };
    });
    feed(packager, [{ rendition: 'source', frames }]);
    packager.end();
    checkInvariants(sink, {});
    const { segments, inits } = sink.of('source');
    let frame = 0;
    for (const { parts } of segments) {
      for (const part of parts) {
        expect(part.duration).to.be.at.most(inits[0]!.partTarget);
        let time = part.dts;
        for (const { duration, cts } of part.samples) {
          expect((time + cts) / 90).to.be.closeTo(frames[frame++]!.dts, 1.5);
          time += duration;
        }
      }
    }
    expect(frame).to.equal(600);
  });

  it('makes of a gap one long sample, and of missing sound silence', () => {
    const { packager, sink, irregularities } = setup('standard');
    const source = sourceFrames(30, [60, 60, 60, 60], false).filter(({ dts }) => dts < 2500 || dts >= 5000);
    const sound = audioFrames(48_000, 8000).filter(({ dts }) => dts < 1000 || dts >= 7000);
    packager.config('source', video(30));
    packager.config('audio', audio(48_000));
    packager.plan({ leader: 'source', video: ['source'], audio: true });
    feed(packager, [
      { rendition: 'source', frames: source },
      { rendition: 'audio', frames: sound },
    ]);
    packager.end();
    checkInvariants(sink, { audio: 48_000 });
    const longest = Math.max(
      ...sink.of('source').segments.flatMap(({ parts }) => parts.flatMap((p) => p.samples.map((s) => s.duration))),
    );
    expect(longest / 90_000).to.be.within(2, 2.6);
    expect(sequences(sink, 'audio')).to.deep.equal(sequences(sink, 'source'));
    expect(new Set(irregularities.map(({ kind }) => kind))).to.deep.equal(new Set(['sound_missing']));
  });

  it('believes the frames where the stated frame rate is wrong', () => {
    for (const stated of [15, 60, 1000]) {
      const { packager, sink } = setup('low');
      packager.config('source', video(stated));
      packager.plan({ leader: 'source', video: ['source'], audio: false });
      feed(packager, [{ rendition: 'source', frames: sourceFrames(30, [60, 60, 60], false) }]);
      packager.end();
      checkInvariants(sink, {});
      const late = sink.of('source').segments.slice(1);
      const durations = new Set(late.flatMap(({ parts }) => parts.flatMap((p) => p.samples.map((s) => s.duration))));
      expect([...durations], `${stated}`).to.deep.equal([3000]);
    }
  });

  it('plays sound alone, cut by duration', () => {
    for (const [sampleRate, latency] of [
      [48_000, 'low'],
      [44_100, 'standard'],
      [22_050, 'low'],
    ] as const) {
      const { packager, sink } = setup(latency);
      packager.config('audio', audio(sampleRate));
      packager.plan({ leader: 'audio', video: [], audio: true });
      feed(packager, [{ rendition: 'audio', frames: audioFrames(sampleRate, 9000) }]);
      packager.end();
      checkInvariants(sink, { audio: sampleRate });
      checkParts(sink);
      const target = latency === 'low' ? 1 : 2;
      for (const [index, { start }] of sink.of('audio').segments.entries()) {
        const next = sink.of('audio').segments[index + 1];
        if (next) expect(next.start - start).to.be.within(target - 0.05, target + 1e-6);
      }
    }
  });
});
