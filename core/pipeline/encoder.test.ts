/** The encoder against real ffmpeg: what comes out is at the very milliseconds of what went in. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import type { EncodedRendition, PipelinePlan } from '#plugin-api';
import { decodeFrames } from '../../test/support/ffmpeg.ts';
import { quietLog } from '../../test/support/log.ts';
import { allProcesses, descendants, type Process } from '../../test/support/processes.ts';
import { makeTrack, type Track, type TrackOptions } from '../../test/support/track.ts';
import { until } from '../../test/support/until.ts';
import { Encoder, type EncoderProgress } from './encoder.ts';
import { fragment, initSegment } from './mp4.ts';
import type { Frame, VideoConfig } from './track.ts';

const HOUR = 3_600_000;

describe('Encoder', function () {
  this.timeout(120_000);

  const closedGop = ['-g', '12', '-bf', '0'];
  const cases: ({ name: string } & Partial<TrackOptions>)[] = [
    { name: 'a closed GOP', args: closedGop },
    { name: 'B-frames', args: ['-g', '12', '-bf', '2'] },
    { name: 'an open GOP', args: ['-x264-params', 'open-gop=1:keyint=12:bframes=3:b-adapt=0:scenecut=0'] },
    { name: 'an irregular GOP', args: ['-g', '999', '-bf', '2', '-force_key_frames', '0,0.3,0.41,1.1'] },
    { name: 'a clock that starts at an hour', args: ['-g', '12', '-bf', '2'], start: HOUR },
    { name: 'a clock that FLV cannot tell', args: ['-g', '12', '-bf', '2'], start: 2 ** 31 + 40 },
    { name: 'a varying frame rate', args: ['-g', '12', '-bf', '2'], filter: "select='mod(n,5)*mod(n,7)'" },
    { name: 'a portrait picture', args: closedGop, size: '180x320' },
    { name: 'odd sizes', args: ['-g', '12', '-pix_fmt', 'yuv444p'], size: '321x181' },
    ...['24', '25', '30000/1001', '50', '60'].map((rate) => ({
      name: `${rate} frames a second`,
      args: ['-g', '24'],
      rate,
    })),
  ];
  for (const { name, ...how } of cases) {
    it(`keeps times and keyframes with ${name}`, async () => {
      const source = makeTrack({ seconds: 1.5, ...how });
      const made = collect(source, plan('source', rung('a', 160, 90), rung('b', 96, 54)));
      await feed(made.encoder, source.frames);
      await made.encoder.stop();
      for (const name of ['a', 'b']) expect(made.shown(name), name).to.deep.equal(shown(source.frames));
      expect(made.configs.get('a')).to.include({ codec: 'h264', width: 160, height: 90 });
      expect(made.exits).to.deep.equal([{ reason: 'It was stopped.', expected: true }]);
    });
  }

  for (const codec of ['hevc', 'av1'] as const) {
    it(`keeps them with ${codec} as the source`, async () => {
      const source = makeTrack({ codec, seconds: 1, start: HOUR });
      const made = collect(source, plan('source', rung('a', 160, 90)));
      await feed(made.encoder, source.frames);
      await made.encoder.stop();
      expect(made.shown('a')).to.deep.equal(shown(source.frames));
    });
  }

  for (const start of [0, HOUR + 730]) {
    it(`puts keyframes on the grid from ${start} ms`, async () => {
      const source = makeTrack({ seconds: 3, args: ['-g', '999', '-bf', '2'], start, rate: '30000/1001' });
      const made = collect(source, plan({ every: 1 }, rung('a', 160, 90)));
      await feed(made.encoder, source.frames);
      await made.encoder.stop();
      const times = shown(source.frames).map(({ time }) => time);
      const expected = times.filter((time, i) => i === 0 || Math.floor(time / 1000) > Math.floor(times[i - 1]! / 1000));
      expect(made.keyframes('a')).to.deep.equal(expected);
    });
  }

  it('goes on exactly when another takes over from the last keyframe', async () => {
    const source = makeTrack({
      seconds: 2,
      args: ['-x264-params', 'open-gop=1:keyint=15:bframes=3'],
      start: HOUR,
    });
    const keyframes = source.frames.filter(({ keyframe }) => keyframe);
    const from = source.frames.indexOf(keyframes[1]!);
    const first = collect(source, plan('source', rung('a', 160, 90)));
    await feed(first.encoder, source.frames.slice(0, from + 6));
    await first.encoder.stop();
    const second = collect(source, plan('source', rung('a', 160, 90)));
    await feed(second.encoder, source.frames.slice(from));
    await second.encoder.stop();

    const seam = second.shown('a')[0]!.time;
    expect(seam).to.equal(keyframes[1]!.dts + keyframes[1]!.cts);
    const joined = [...first.shown('a').filter(({ time }) => time < seam), ...second.shown('a')];
    expect(joined).to.deep.equal(shown(source.frames));
  });

  it('says why when the process is killed', async () => {
    const source = makeTrack({ seconds: 1, args: closedGop });
    const made = collect(source, plan('source', rung('a', 160, 90)));
    await feed(made.encoder, source.frames);
    await until(() => made.shown('a').length > 5, 'some frames');
    process.kill(encoders()[0]!.pid, 'SIGKILL');
    await until(() => made.exits.length > 0, 'the exit');
    expect(made.exits).to.deep.equal([{ reason: 'ffmpeg was ended by SIGKILL.', expected: false }]);
    expect(made.encoder.write(source.frames[0]!)).to.equal(false);
    await made.encoder.stop();
    expect(made.exits).to.have.length(1);
  });

  it("repeats ffmpeg's own words when it cannot go on", async () => {
    const source = makeTrack({ seconds: 1, args: closedGop });
    const made = collect(source, plan('source', { ...rung('a', 160, 90), preset: 'no-such-preset' }));
    await feed(made.encoder, source.frames);
    await until(() => made.exits.length > 0, 'the exit');
    expect(made.exits[0]!.expected).to.equal(false);
    expect(made.exits[0]!.reason).to.match(/^ffmpeg ended with code 1\. It said: .*no-such-preset/);
  });

  it('says so when there is no ffmpeg', async () => {
    const source = makeTrack({ seconds: 1, args: closedGop });
    const made = collect(source, plan('source', rung('a', 160, 90)), { ffmpeg: '/secret/place/ffmpeg' });
    made.encoder.write(source.frames[0]!);
    await until(() => made.exits.length > 0, 'the exit');
    expect(made.exits).to.deep.equal([
      { reason: 'ffmpeg was not found. Install it, or set its path.', expected: false },
    ]);
    await made.encoder.stop();
  });

  it('goes on with the others when the frames of one cannot be used', async () => {
    const source = makeTrack({ seconds: 2, args: closedGop });
    const made = collect(source, plan('source', rung('a', 160, 90), rung('b', 96, 54)), { failing: 'a' });
    await feed(made.encoder, source.frames);
    await made.encoder.stop();
    expect(made.shown('a')).to.have.length(0);
    expect(made.shown('b')).to.deep.equal(shown(source.frames));
  });

  it('reports progress on the clock of the session', async () => {
    const source = makeTrack({ seconds: 2, args: closedGop, start: HOUR });
    const made = collect(source, plan('source', rung('a', 160, 90)));
    await feed(made.encoder, source.frames);
    await made.encoder.stop();
    const last = made.progress.at(-1)!;
    expect(last).to.include({ frame: source.frames.length, dropped: 0 });
    expect(last.outTime).to.equal(shown(source.frames).at(-1)!.time);
    expect(last.speed).to.be.at.least(1);
    expect(last.bitrate).to.be.greaterThan(1000);
  });

  it('ends ffmpeg by force when it does not end by itself', async () => {
    const source = makeTrack({ seconds: 1, args: closedGop });
    const made = collect(source, plan('source', rung('a', 160, 90)));
    await feed(made.encoder, source.frames);
    await until(() => made.shown('a').length > 5, 'some frames');
    process.kill(encoders()[0]!.pid, 'SIGSTOP');
    await Promise.all([made.encoder.stop(), made.encoder.stop()]);
    expect(encoders()).to.deep.equal([]);
    expect(made.exits).to.deep.equal([{ reason: 'It was stopped.', expected: true }]);
  });

  it('ends one that hangs, and says so', async () => {
    const source = makeTrack({ seconds: 1, args: closedGop });
    const made = collect(source, plan('source', rung('a', 160, 90)));
    await feed(made.encoder, source.frames);
    await until(() => made.shown('a').length > 5, 'some frames');
    process.kill(encoders()[0]!.pid, 'SIGSTOP');
    let laps = 0;
    await until(() => {
      laps++;
      for (const frame of source.frames) made.encoder.write({ ...frame, dts: frame.dts + laps * 1000 });
      return made.exits.length > 0;
    }, 'it to be noticed');
    expect(made.exits).to.deep.equal([{ reason: 'ffmpeg hung: it made nothing for 10 s.', expected: false }]);
  });

  it('makes pictures that decode', async () => {
    const source = makeTrack({ seconds: 1, args: ['-g', '12', '-bf', '2'] });
    const made = collect(source, plan('source', rung('a', 160, 90)));
    await feed(made.encoder, source.frames);
    await made.encoder.stop();
    const samples = made
      .frames('a')
      .map((frame) => ({ ...frame, dts: frame.dts * 90, cts: frame.cts * 90, duration: 3000 }));
    const fragments = samples.map((sample, i) => fragment(i + 1, 'video', [sample]));
    const media = Buffer.concat([initSegment(made.configs.get('a')!), ...fragments]);
    expect(decodeFrames(media, 'mp4', 'video')).to.have.length(source.frames.length);
  });

  it('leaves no ffmpeg behind when its own process is killed', async () => {
    const source = makeTrack({ seconds: 1, args: closedGop });
    const program = `
      import { Encoder } from ${JSON.stringify(new URL('./encoder.ts', import.meta.url).href)};
      const log = { debug() {}, error() {} };
      const events = { config() {}, frame: () => console.log('a frame'), progress() {}, exit() {} };
      process.once('message', ({ plan, config, frames }) => {
        config.description = Buffer.from(config.description);
        const encoder = new Encoder({ plan, source: config, joinAfter: null, ffmpeg: 'ffmpeg', log, events });
        for (const frame of frames) encoder.write({ ...frame, data: Buffer.from(frame.data) });
      });`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    owner.send({ plan: plan('source', rung('a', 160, 90)), config: source.config, frames: source.frames });
    await once(owner.stdout!, 'data');
    const encoder = encoders().find(({ parent }) => parent === owner.pid)!;
    owner.kill('SIGKILL');
    await until(() => !allProcesses().some(({ pid }) => pid === encoder.pid), 'ffmpeg to end');
  });

  it('wants a keyframe first', async () => {
    const source = makeTrack({ seconds: 1, args: closedGop });
    const made = collect(source, plan('source', rung('a', 160, 90)));
    expect(() => made.encoder.write(source.frames[1]!)).to.throw(RangeError, 'must be a keyframe');
    await made.encoder.stop();
    expect(made.exits).to.have.length(0);
  });
});

function rung(name: string, width: number, height: number): EncodedRendition {
  return { name, width, height, bitrate: 2e5, maxBitrate: 2e5, bufferSize: 2e5, preset: 'veryfast', profile: 'main' };
}

function plan(keyframes: PipelinePlan['keyframes'], ...renditions: EncodedRendition[]): PipelinePlan {
  return { offerSource: false, renditions, keyframes };
}

/** When frames are shown, and which are keyframes, in the order of showing. */
function shown(frames: Frame[]): { time: number; keyframe: boolean }[] {
  return frames.map(({ dts, cts, keyframe }) => ({ time: dts + cts, keyframe })).sort((a, b) => a.time - b.time);
}

function collect(source: Track, plan: PipelinePlan, how: { ffmpeg?: string; failing?: string } = {}) {
  const frames = new Map<string, Frame[]>();
  const configs = new Map<string, VideoConfig>();
  const progress: EncoderProgress[] = [];
  const exits: { reason: string; expected: boolean }[] = [];
  const encoder = new Encoder({
    joinAfter: null,
    plan,
    source: source.config,
    ffmpeg: how.ffmpeg ?? 'ffmpeg',
    log: quietLog,
    events: {
      config: (name, config) => configs.set(name, config),
      frame: (name, frame) => {
        if (name === how.failing) throw new Error('its reader failed');
        frames.set(name, [...(frames.get(name) ?? []), frame]);
      },
      progress: (report) => progress.push(report),
      exit: (reason, expected) => exits.push({ reason, expected }),
    },
  });
  const shownOf = (name: string) => shown(frames.get(name) ?? []);
  return {
    encoder,
    configs,
    progress,
    exits,
    frames: (name: string) => frames.get(name) ?? [],
    shown: shownOf,
    keyframes: (name: string) => shownOf(name).flatMap(({ time, keyframe }) => (keyframe ? [time] : [])),
  };
}

/** The processes of the encoders under test: other tests of the same run have children too. */
function encoders(): Process[] {
  return descendants().filter(({ command }) => command.startsWith('ffmpeg '));
}

async function feed(encoder: Encoder, frames: Frame[]): Promise<void> {
  for (const frame of frames) {
    encoder.write(frame);
    await nextTurn();
  }
}
