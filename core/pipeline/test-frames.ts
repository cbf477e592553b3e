/** For tests of the packager: made-up frames as encoders send them, and the rules that hold whatever they are. */
import { expect } from 'chai';
import type { Latency } from '#plugin-api';
import { RecordingSink } from '../../test/support/packaged.ts';
import { type Irregularity, Packager, type ResumePoint } from './packager.ts';
import type { AudioConfig, Frame, VideoConfig } from './track.ts';

const EPOCH = Date.UTC(2026, 0, 1);

export function video(frameRate: number | null, tag = 'a'): VideoConfig {
  const description = Buffer.from(`config ${tag}`);
  return { kind: 'video', codec: 'h264', codecString: 'avc1.64001f', width: 1280, height: 720, frameRate, description };
}

export function audio(sampleRate: number, tag = 'a'): AudioConfig {
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
export function sourceFrames(fps: number, gops: readonly number[], bFrames: boolean, from = 0): Frame[] {
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
export function encoded(frames: readonly Frame[]): Frame[] {
  return frames
    .map(({ dts, cts, keyframe, data }) => ({ dts: dts + cts, cts: 0, keyframe, data }))
    .sort((a, b) => a.dts - b.dts);
}

export function audioFrames(sampleRate: number, until: number, from = 0): Frame[] {
  const frames: Frame[] = [];
  for (let index = 0; ; index++) {
    const dts = Math.floor(from + (index * 1024 * 1000) / sampleRate);
    if (dts >= until) return frames;
    frames.push({ dts, cts: 0, keyframe: true, data: Buffer.from([1, 2, 3]) });
  }
}

export interface Setup {
  packager: Packager;
  sink: RecordingSink;
  irregularities: Irregularity[];
}

export function setup(latency: Latency, resume?: ResumePoint): Setup {
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
export function feed(
  packager: Packager,
  inputs: { rendition: string; frames: readonly Frame[]; late?: number }[],
): void {
  const all = inputs.flatMap(({ rendition, frames, late = 0 }) =>
    frames.map((frame) => ({ rendition, frame, at: frame.dts + late })),
  );
  all.sort((a, b) => a.at - b.at);
  for (const { rendition, frame } of all) packager.frame(rendition, frame);
}

/** What holds for every rendition, whatever happens. */
export function checkInvariants(sink: RecordingSink, timescales: Record<string, number>): void {
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
export function checkParts(sink: RecordingSink): void {
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
