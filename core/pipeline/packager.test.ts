/** The packager's rules, on made-up frames: regular and irregular GOPs, B-frames, lagging and restarted encoders, reconnects. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Latency } from '#plugin-api';
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
import type { Frame } from './track.ts';

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
