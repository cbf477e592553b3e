/** The packager's rules, on made-up frames: regular and irregular GOPs, B-frames, lagging and restarted encoders, reconnects. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Latency } from '#plugin-api';
import { RecordingSink } from '../../test/support/packaged.ts';
import { type Irregularity, Packager, type ResumePoint } from './packager.ts';
import type { AudioConfig, Frame, VideoConfig } from './track.ts';

const EPOCH = Date.UTC(2026, 0, 1);

function video(frameRate: number | null, tag = 'a'): VideoConfig {
  const description = Buffer.from(`config ${tag}`);
  return { kind: 'video', codec: 'h264', codecString: 'avc1.64001f', width: 1280, height: 720, frameRate, description };
}

function audio(sampleRate: number, tag = 'a'): AudioConfig {
  const description = Buffer.from(`config ${tag}`);
  return {
    kind: 'audio',
    codec: 'aac',
    codecString: 'mp4a.40.2',
    sampleRate,
    channels: 2,
    samplesPerFrame: 1024,
    description,
  };
}

/** A source of some GOPs (numbers of frames), on FLV's milliseconds. */
function sourceFrames(fps: number, gops: readonly number[], bFrames: boolean, from = 0): Frame[] {
  const ms = (index: number) => Math.floor(from + (index * 1000) / fps + 1e-6);
  const frames: Frame[] = [];
  let first = 0;
  for (const gop of gops) {
    for (let index = 0; index < gop; index++) {
      // I P B B P B B in decode order; composition is one frame late, so that no offset is negative.
      const place = (index - 1) % 3;
      const full = index - 1 - place + 3 < gop;
      const shown = !bFrames || index === 0 || !full ? index : place === 0 ? index + 2 : index - 1;
      const dts = ms(first + index);
      const cts = bFrames ? ms(first + shown + 1) - dts : 0;
      frames.push({ dts, cts, keyframe: index === 0, data: Buffer.from([index & 0xff]) });
    }
    first += gop;
  }
  return frames;
}

/** What an encoder makes of them: the same presentation times, no B-frames. */
function encoded(frames: readonly Frame[]): Frame[] {
  return frames
    .map(({ dts, cts, keyframe, data }) => ({ dts: dts + cts, cts: 0, keyframe, data }))
    .sort((a, b) => a.dts - b.dts);
}

function audioFrames(sampleRate: number, until: number, from = 0): Frame[] {
  const frames: Frame[] = [];
  for (let index = 0; ; index++) {
    const dts = Math.floor(from + (index * 1024 * 1000) / sampleRate);
    if (dts >= until) return frames;
    frames.push({ dts, cts: 0, keyframe: true, data: Buffer.from([1, 2, 3]) });
  }
}

interface Setup {
  packager: Packager;
  sink: RecordingSink;
  irregularities: Irregularity[];
}

function setup(latency: Latency, resume?: ResumePoint): Setup {
  const sink = new RecordingSink();
  const irregularities: Irregularity[] = [];
  let clock = EPOCH;
  const packager = new Packager({
    latency,
    sink,
    now: () => (clock += 1000),
    ...(resume ? { resume } : {}),
    onIrregularity: (irregularity) => irregularities.push(irregularity),
  });
  return { packager, sink, irregularities };
}

/** Hands in frames of several renditions in order of time, each rendition so many milliseconds late. */
function feed(packager: Packager, inputs: { rendition: string; frames: readonly Frame[]; late?: number }[]): void {
  const all = inputs.flatMap(({ rendition, frames, late = 0 }) =>
    frames.map((frame) => ({ rendition, frame, at: frame.dts + late })),
  );
  all.sort((a, b) => a.at - b.at);
  for (const { rendition, frame } of all) packager.frame(rendition, frame);
}

/** What holds for every rendition, whatever happens. */
function checkInvariants(sink: RecordingSink, timescales: Record<string, number>): void {
  const starts = new Map<number, number>();
  const discontinuities = new Map<number, boolean>();
  for (const [name, { segments, inits }] of sink.renditions) {
    const timescale = timescales[name] ?? 90_000;
    let end: number | null = null;
    segments.forEach((segment, index) => {
      const before = segments[index - 1];
      const what = `${name} ${segment.sequence}`;
      if (before) expect(segment.sequence, what).to.equal(before.sequence + 1);
      expect(segment.parts, what).to.not.be.empty;
      if (before && !segment.discontinuity) {
        const elapsed = (segment.start - before.start) * 1000;
        expect(segment.programDateTime - before.programDateTime, `${what} date`).to.be.closeTo(elapsed, 1.5);
      }
      if (before) expect(segment.programDateTime, `${what} date`).to.be.at.least(before.programDateTime);
      expect(discontinuities.get(segment.sequence) ?? segment.discontinuity, `${what} discontinuity`).to.equal(
        segment.discontinuity,
      );
      discontinuities.set(segment.sequence, segment.discontinuity);
      if (timescale === 90_000) {
        expect(starts.get(segment.sequence) ?? segment.start, `${what} start`).to.equal(segment.start);
        starts.set(segment.sequence, segment.start);
        const first = segment.parts[0]!;
        expect(first.dts + first.samples[0]!.cts, `${what} first frame`).to.equal(Math.round(segment.start * 90_000));
      }
      for (const part of segment.parts) {
        if (end !== null && !(segment.discontinuity && part === segment.parts[0])) {
          expect(part.dts, `${what} continues`).to.equal(end);
        } else if (end !== null) {
          expect(part.dts, `${what} does not go back`).to.be.at.least(end);
        }
        expect(part.duration).to.be.closeTo((part.end - part.dts) / timescale, 1e-9);
        end = part.end;
      }
    });
    expect(inits.map(({ init }) => init.number)).to.deep.equal(inits.map((_, index) => index));
  }
}

/** No part is longer than PART-TARGET, and none but the last of a segment is shorter than 85 % of it. */
function checkParts(sink: RecordingSink): void {
  for (const [name, { segments, inits }] of sink.renditions) {
    for (const { parts, sequence, init } of segments) {
      const { partTarget } = inits.find((entry) => entry.init.number === init)!;
      parts.forEach(({ duration }, index) => {
        expect(duration, `${name} ${sequence}.${index}`).to.be.at.most(partTarget);
        if (index < parts.length - 1)
          expect(duration, `${name} ${sequence}.${index}`).to.be.at.least(partTarget * 0.85);
      });
    }
  }
}

function summary(sink: RecordingSink, name: string): { sequence: number; start: number; parts: number[] }[] {
  return sink.of(name).segments.map(({ sequence, start, parts }) => ({
    sequence,
    start,
    parts: parts.map(({ samples }) => samples.length),
  }));
}

describe('Packager', () => {
  it('closes a part on its last frame, not on the next', () => {
    const { packager, sink } = setup('low');
    packager.config('source', video(30));
    packager.plan({ leader: 'source', video: ['source'], audio: false });
    const frames = sourceFrames(30, [30], false);
    const partsAfter = frames.map((frame) => {
      packager.frame('source', frame);
      return sink.of('source').segments[0]!.parts.length;
    });
    expect(partsAfter.slice(0, 13)).to.deep.equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2]);
    expect(sink.of('source').inits[0]!.partTarget).to.equal(0.2);
  });

  it('snaps milliseconds to the frame grid', () => {
    for (const [fps, frame] of [
      [24, 3750],
      [25, 3600],
      [30_000 / 1001, 3003],
      [30, 3000],
      [50, 1800],
      [60_000 / 1001, 1501.5],
      [60, 1500],
    ] as const) {
      const { packager, sink } = setup('low');
      packager.config('source', video(fps));
      packager.plan({ leader: 'source', video: ['source'], audio: false });
      feed(packager, [{ rendition: 'source', frames: sourceFrames(fps, [60, 60], true) }]);
      packager.end();
      const durations = sink
        .of('source')
        .segments.flatMap(({ parts }) => parts.flatMap(({ samples }) => samples.map(({ duration }) => duration)));
      expect(Math.max(...durations), `${fps}`).to.equal(Math.ceil(frame));
      expect(Math.min(...durations), `${fps}`).to.equal(Math.floor(frame));
      checkInvariants(sink, {});
      checkParts(sink);
    }
  });

  it('cuts where segments do not exceed their target', () => {
    const { packager, sink } = setup('standard');
    packager.config('source', video(30));
    packager.plan({ leader: 'source', video: ['source'], audio: false });
    feed(packager, [{ rendition: 'source', frames: sourceFrames(30, [30, 30, 30, 45, 45, 60, 300, 60], false) }]);
    packager.end();
    expect(sink.of('source').segments.map(({ start }) => start)).to.deep.equal([0, 2, 4.5, 6, 8, 18]);
  });

  it('follows the video grid with the sound, and starts both at the first keyframe', () => {
    const { packager, sink } = setup('low');
    packager.config('audio', audio(48_000));
    packager.config('source', video(30));
    packager.plan({ leader: 'source', video: ['source'], audio: true });
    const frames = sourceFrames(30, [15, 30, 30, 30], false);
    for (const frame of frames.slice(0, 15)) frame.keyframe = false;
    feed(packager, [
      { rendition: 'audio', frames: audioFrames(48_000, 3500) },
      { rendition: 'source', frames },
    ]);
    packager.end();
    checkInvariants(sink, { audio: 48_000 });
    checkParts(sink);
    expect(sink.of('source').segments.map(({ start }) => start)).to.deep.equal([0.5, 1.5, 2.5]);
    for (const [index, { start }] of sink.of('audio').segments.entries()) {
      expect(start - sink.of('source').segments[index]!.start).to.be.within(-0.001, 0.022);
    }
    expect(sink.of('audio').inits[0]!.partTarget).to.be.closeTo(0.21333, 1e-5);
    expect(summary(sink, 'audio')[0]!.parts).to.have.length(5);
  });

  it('keeps all renditions together through lags, restarts, reconnects and new configurations', () => {
    const gop = fc.integer({ min: 5, max: 80 });
    const connection = fc.record({
      gops: fc.array(gop, { minLength: 2, maxLength: 6 }),
      newConfig: fc.boolean(),
      restart: fc.boolean(),
    });
    const scenario = fc.record({
      latency: fc.constantFrom<Latency>('standard', 'low'),
      fps: fc.constantFrom(24, 25, 30_000 / 1001, 30, 50, 60_000 / 1001, 60),
      stated: fc.boolean(),
      bFrames: fc.boolean(),
      sampleRate: fc.constantFrom(48_000, 44_100, 32_000, 22_050),
      lags: fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 })),
      soundEarly: fc.integer({ min: -300, max: 300 }),
      connections: fc.array(connection, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(scenario, ({ latency, fps, stated, bFrames, sampleRate, lags, soundEarly, connections }) => {
        const { packager, sink, irregularities } = setup(latency);
        const rungs = ['720p', '360p'];
        packager.plan({ leader: 'source', video: ['source', ...rungs], audio: true });
        packager.config('audio', audio(sampleRate));
        const steps: { at: number; run: () => void }[] = [];
        const push = (rendition: string, frames: readonly Frame[], late: number) => {
          for (const frame of frames) {
            steps.push({ at: frame.dts + pause + late, run: () => packager.frame(rendition, frame) });
          }
        };
        let from = 0;
        let pause = 0;
        connections.forEach(({ gops, newConfig, restart }, index) => {
          const frames = sourceFrames(fps, gops, bFrames, from);
          const end = frames.at(-1)!.dts + 2000 / fps;
          const start = from + pause - 400;
          const tag = newConfig ? `${index}` : 'a';
          steps.push({
            at: start,
            run: () => {
              if (index > 0) packager.publisherChanged();
              packager.config('source', video(stated ? fps : null, tag));
            },
          });
          push('source', frames, 0);
          push('audio', audioFrames(sampleRate, end, from), -soundEarly);
          rungs.forEach((name, rung) => {
            const made = encoded(frames);
            const late = lags[rung]!;
            if (index === 0) packager.config(name, video(stated ? fps : null));
            const dies = Math.floor(made.length / 2);
            if (restart && dies > 0) {
              const back = made.slice(0, dies).findLastIndex(({ keyframe }) => keyframe);
              push(name, made.slice(0, dies), late);
              const again = made.slice(back);
              for (const frame of again)
                steps.push({
                  at: Math.max(frame.dts, made[dies]!.dts) + pause + late,
                  run: () => packager.frame(name, frame),
                });
            } else push(name, made, late);
          });
          // The next connection's frames come when the former one's source and sound are all in.
          from = Math.ceil(end + 100);
          pause += 1000;
        });
        steps.sort((a, b) => a.at - b.at);
        for (const step of steps) step.run();
        packager.end();
        checkInvariants(sink, { audio: sampleRate });
        if (stated) checkParts(sink);
        for (const name of ['audio', ...rungs]) {
          expect(sink.of(name).segments.map(({ sequence }) => sequence)).to.deep.equal(
            sink.of('source').segments.map(({ sequence }) => sequence),
          );
        }
        const sizes = (name: string) =>
          sink.of(name).segments.map(({ parts }) => parts.reduce((sum, part) => sum + part.samples.length, 0));
        for (const name of rungs) expect(sizes(name)).to.deep.equal(sizes('source'));
        const discontinuities = sink.of('source').segments.filter(({ discontinuity }) => discontinuity).length;
        expect(discontinuities).to.equal(connections.length - 1);
        expect(irregularities).to.deep.equal([]);
      }),
      { numRuns: 150 },
    );
  });
});
